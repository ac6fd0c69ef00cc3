namespace TorchSharp.Utils;

/// <summary>Overrides the name under which a field or property of a module is registered.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property, AllowMultiple = false)]
public class ComponentNameAttribute : Attribute
{
    public ComponentNameAttribute()
    {
    }

    public string Name { get; set; } = null!;
}
