namespace QuickStart;

/// <summary>A command line that cannot be carried out; the message names the option, its value and what is allowed.</summary>
public sealed class OptionException(string message) : Exception(message);
