namespace QuickStart;

/// <summary>Splits arguments into options and values; knows nothing about what they mean.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads <c>--name value</c> and <c>--name=value</c>.</summary>
    /// <exception cref="OptionException">An option is unknown, has no value, or stands twice.</exception>
    public CommandLine(IReadOnlyList<string> arguments, IReadOnlyCollection<string> known, IReadOnlyCollection<string> flags)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
                throw new OptionException($"'{argument}' is not an option; options start with two dashes (--help lists them).");
            var equals = argument.IndexOf('=');
            var name = equals < 0 ? argument : argument[..equals];
            if (flags.Contains(name))
            {
                if (equals >= 0)
                    throw new OptionException($"{name} takes no value.");
                Add(name, "");
                continue;
            }
            if (!known.Contains(name))
            {
                var near = known.Concat(flags).MinBy(k => Distance(k, name))!;
                throw new OptionException(Distance(near, name) <= 3
                    ? $"There is no option {name}; did you mean {near}? (--help lists all.)"
                    : $"There is no option {name} (--help lists all).");
            }
            if (equals >= 0)
                Add(name, argument[(equals + 1)..]);
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
                Add(name, arguments[++i]);
            else
                throw new OptionException($"{name} needs a value after it.");
        }
    }

    /// <summary>The value given for an option, or null.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Whether the option was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    private void Add(string name, string value)
    {
        if (!_values.TryAdd(name, value))
            throw new OptionException($"{name} is given twice.");
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = cost;
            }
        }
        return row[^1];
    }
}
