using System.Reflection;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Avsr.Tests.Surface;

/// <summary>Finds what an assembly shows that the list of the real package does not have.</summary>
internal static partial class SurfaceComparison
{
    /// <summary>Differences of every visible type, each as <c>type: what is wrong</c>.</summary>
    public static IReadOnlyList<string> Differences(Assembly assembly, ApiList list, SignatureDialect dialect)
    {
        var printer = new SignaturePrinter(dialect);
        var found = new List<string>();
        foreach (var type in assembly.GetTypes().Where(IsVisible).OrderBy(printer.Name, StringComparer.Ordinal))
        {
            var name = printer.Name(type);
            if (!list.Types.TryGetValue(name, out var real))
            {
                found.Add($"{name}: no such public type");
                continue;
            }
            found.AddRange(TypeDifferences(type, real, list, printer).Select(d => $"{name}: {d}"));
        }
        return found;
    }

    private static IEnumerable<string> TypeDifferences(Type type, ApiType real, ApiList list, SignaturePrinter printer)
    {
        var kind = SignaturePrinter.Kind(type);
        if (kind != real.Kind)
            yield return $"is a {kind}, not a {real.Kind}";
        if (list.Normalise(printer.Constraints(type)) is var constraints && constraints != real.Constraints)
            yield return $"has constraints '{constraints}', not '{real.Constraints}'";
        foreach (var difference in BaseDifferences(type, real, list, printer))
            yield return difference;

        var members = printer.Members(type).Select(list.Normalise).ToHashSet(StringComparer.Ordinal);
        var inherited = InheritedMembers(real, list).Select(WithoutVirtualModifiers).ToHashSet(StringComparer.Ordinal);
        foreach (var member in members.Order(StringComparer.Ordinal))
        {
            if (!real.Members.Contains(member) && !inherited.Contains(WithoutVirtualModifiers(member)) && !OverridesObject(member))
                yield return $"has no '{member}'{Nearest(member, real)}";
        }

        // A type that user code derives from must demand here what it demands there.
        if (kind is "interface")
        {
            foreach (var missing in real.Members.Where(m => !members.Contains(m)))
                yield return $"demands '{missing}', which is missing here";
        }
        else if (kind is "abstract class")
        {
            foreach (var missing in real.Members.Where(m => m.Contains(" abstract ", StringComparison.Ordinal) && !members.Contains(m)))
                yield return $"demands '{missing}', which is missing here";
        }
    }

    private static IEnumerable<string> BaseDifferences(Type type, ApiType real, ApiList list, SignaturePrinter printer)
    {
        if (type.IsEnum || typeof(MulticastDelegate).IsAssignableFrom(type))
            yield break;
        var realBases = AllBases(real, list).ToHashSet(StringComparer.Ordinal);
        var parent = type.BaseType;
        while (parent is not null && !IsVisible(parent))
            parent = parent.BaseType;
        if (parent is not null && parent != typeof(object) && parent != typeof(ValueType)
            && list.Normalise(printer.Reference(parent)) is var parentName && !realBases.Contains(parentName))
            yield return $"does not derive from '{parentName}'";
        if ((parent is null || parent == typeof(object)) && type.IsClass && real.Bases.Count > 0 && !real.HasHiddenBase
            && (list.FindReference(real.Bases[0])?.Kind ?? "").EndsWith("class", StringComparison.Ordinal))
            yield return $"must derive from '{real.Bases[0]}'";
        foreach (var contract in type.GetInterfaces().Where(IsVisible))
        {
            if (list.Normalise(printer.Reference(contract)) is var contractName && !realBases.Contains(contractName) && !InheritsContract(type, contract))
                yield return $"does not implement '{contractName}'";
        }
    }

    /// <summary>Whether a base class, whose own comparison covers it, brings the interface.</summary>
    private static bool InheritsContract(Type type, Type contract) =>
        type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && contract.IsAssignableFrom(parent);

    private static IEnumerable<string> AllBases(ApiType type, ApiList list)
    {
        foreach (var name in type.Bases)
        {
            yield return name;
            if (list.FindReference(name) is not { } found || found == type)
                continue;
            foreach (var further in AllBases(found, list))
                yield return further;
        }
    }

    private static IEnumerable<string> InheritedMembers(ApiType type, ApiList list) =>
        AllBases(type, list).Select(list.FindReference).OfType<ApiType>().Distinct().SelectMany(t => t.Members);

    private static string WithoutVirtualModifiers(string member) => VirtualModifiers().Replace(member, "");

    private static bool OverridesObject(string member) => member is "public override string ToString()"
        or "public override int GetHashCode()" or "public override bool Equals(object obj)" or "public override bool Equals(object other)";

    /// <summary>The real members of the same name, to show what was probably meant.</summary>
    private static string Nearest(string member, ApiType real)
    {
        var name = MemberName().Match(member).Groups[1].Value;
        var candidates = real.Members.Where(m => MemberName().Match(m).Groups[1].Value == name).Take(4).ToList();
        return candidates.Count == 0 ? "" : "; it has " + string.Join(" and ", candidates.Select(c => $"'{c}'"));
    }

    private static bool IsVisible(Type type)
    {
        if (type.IsGenericType)
            type = type.GetGenericTypeDefinition();
        return type.IsNested
            ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)
            : type.IsPublic;
    }

    [GeneratedRegex(@"\b(?:sealed override|abstract override|virtual|override|abstract) ")]
    private static partial Regex VirtualModifiers();

    [GeneratedRegex(@"([\w.]+)(?:<[^()]*>)?(?:\(| \{|\[|$| = )")]
    private static partial Regex MemberName();
}
