using System.Collections.Concurrent;
using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>The extensions that an environment knows, by attribute type and contract name.</summary>
public sealed class ComponentCatalog
{
    private readonly ConcurrentDictionary<string, bool> _assemblies = new();
    private readonly ConcurrentDictionary<(Type Attribute, string Contract), Type> _extensions = new();

    internal ComponentCatalog() { }

    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        if (!CanContainExtensions(assembly) || !_assemblies.TryAdd(assembly.FullName, true))
            return;
        foreach (var type in assembly.GetTypes().Where(type => type.IsClass && !type.IsAbstract))
        {
            foreach (var attribute in type.GetCustomAttributes<ExtensionBaseAttribute>(inherit: false))
            {
                var known = _extensions.GetOrAdd((attribute.GetType(), attribute.ContractName), type);
                if (known != type && throwOnError)
                    throw new InvalidOperationException($"The contract '{attribute.ContractName}' is claimed by both {known} and {type}.");
            }
        }
    }

    internal object GetExtension(Type attributeType, string contractName, string assemblyName)
    {
        if (!string.IsNullOrEmpty(assemblyName))
        {
            try
            {
                RegisterAssembly(Assembly.Load(assemblyName));
            }
            catch (IOException error)
            {
                throw new InvalidOperationException($"The assembly '{assemblyName}', which holds the contract '{contractName}', cannot be loaded.", error);
            }
        }
        if (!_extensions.TryGetValue((attributeType, contractName), out var type))
            throw new InvalidOperationException($"No class with the contract '{contractName}' is registered; it was expected in '{assemblyName}'.");
        return Activator.CreateInstance(type);
    }

    // Assemblies signed with the library's own key are its parts and hold no extensions.
    private static bool CanContainExtensions(Assembly assembly)
    {
        var own = typeof(ComponentCatalog).Assembly.GetName().GetPublicKey();
        var theirs = assembly.GetName().GetPublicKey();
        return own is not { Length: > 0 } || theirs is null || !own.AsSpan().SequenceEqual(theirs);
    }
}
