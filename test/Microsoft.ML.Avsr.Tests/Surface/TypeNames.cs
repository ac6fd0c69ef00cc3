using System.Reflection;
using System.Text;

namespace Microsoft.ML.Avsr.Tests.Surface;

/// <summary>Writes a type as the lists of real signatures write it.</summary>
internal sealed class TypeNames(SignatureDialect dialect)
{
    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool",
        [typeof(char)] = "char", [typeof(sbyte)] = "sbyte", [typeof(byte)] = "byte", [typeof(short)] = "short",
        [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long",
        [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
    };

    /// <summary>Types that are classes in the real package and structs in the substitute: their <c>?</c> is an annotation there.</summary>
    private static readonly HashSet<string> s_classesInTheRealPackage = ["Scalar"];

    /// <summary>A type as it stands in a member's signature.</summary>
    public string Reference(Type type)
    {
        if (type.IsByRef)
            return Reference(type.GetElementType()!);
        if (type.IsArray)
            return Reference(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (type.IsPointer)
            return Reference(type.GetElementType()!) + "*";
        if (type.IsGenericParameter)
            return type.Name;
        if (s_keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            var name = Reference(inner);
            return inner.IsGenericParameter || s_classesInTheRealPackage.Contains(name) ? name : name + "?";
        }
        if (dialect == SignatureDialect.TorchSharp && IsTuple(type))
            return "(" + string.Join(", ", TupleItems(type).Select(Reference)) + ")";
        return NamespaceOf(type) + Nested(type, variance: false);
    }

    /// <summary>A type's own name, as its list entry begins.</summary>
    public string Declaration(Type type) => dialect == SignatureDialect.TorchSharp
        ? NamespaceOf(type) + Nested(type, variance: false)
        : type.Namespace + "." + Nested(type, variance: true);

    /// <summary>Names of a tuple's items in the TorchSharp list, <c>/*values,indices*/</c>, or nothing.</summary>
    public string TupleComment(ICustomAttributeProvider source)
    {
        if (dialect != SignatureDialect.TorchSharp)
            return "";
        var names = source.GetCustomAttributes(typeof(System.Runtime.CompilerServices.TupleElementNamesAttribute), false)
            .Cast<System.Runtime.CompilerServices.TupleElementNamesAttribute>().FirstOrDefault();
        return names is null ? "" : "/*" + string.Join(",", names.TransformNames) + "*/";
    }

    /// <summary>The constraints on type parameters, <c> where T : class, new()</c>, or nothing.</summary>
    public string Constraints(IEnumerable<Type> parameters)
    {
        var text = new StringBuilder();
        foreach (var parameter in parameters)
        {
            var flags = parameter.GenericParameterAttributes;
            var isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
            var parts = new List<string>();
            if (dialect == SignatureDialect.MicrosoftMl && flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
                parts.Add("class");
            if (dialect == SignatureDialect.MicrosoftMl && isStruct)
                parts.Add("struct");
            parts.AddRange(parameter.GetGenericParameterConstraints()
                .Where(t => dialect == SignatureDialect.TorchSharp || t != typeof(ValueType)).Select(Reference));
            if (dialect == SignatureDialect.MicrosoftMl && !isStruct && flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
                parts.Add("new()");
            if (parts.Count > 0)
                text.Append(" where ").Append(parameter.Name).Append(" : ").Append(string.Join(", ", parts));
        }
        return text.ToString();
    }

    private string NamespaceOf(Type type)
    {
        if (dialect == SignatureDialect.MicrosoftMl)
            return "";
        return type.Namespace switch
        {
            "TorchSharp" => "",
            "TorchSharp.Modules" => "Modules.",
            { } name when name.StartsWith("TorchSharp.", StringComparison.Ordinal) => name + ".",
            _ => "",
        };
    }

    /// <summary>The name with its declaring types, each with its own type arguments.</summary>
    private string Nested(Type type, bool variance)
    {
        var chain = new List<Type>();
        for (var t = type; t is not null; t = t.DeclaringType)
            chain.Insert(0, t);
        var arguments = type.GetGenericArguments();
        var used = 0;
        var parts = new List<string>();
        foreach (var link in chain)
        {
            var name = link.Name;
            var tick = name.IndexOf('`');
            if (tick >= 0)
                name = name[..tick];
            var total = link.GetGenericArguments().Length;
            if (total > used)
            {
                name += "<" + string.Join(", ", arguments[used..total].Select(a => (variance ? Variance(a) : "") + Reference(a))) + ">";
                used = total;
            }
            parts.Add(name);
        }
        return string.Join(".", parts);
    }

    private static string Variance(Type parameter)
    {
        if (!parameter.IsGenericParameter)
            return "";
        return (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        };
    }

    private static bool IsTuple(Type type) =>
        type.IsValueType && type.IsGenericType && type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) != false
        && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal);

    private static IEnumerable<Type> TupleItems(Type type)
    {
        var items = type.GetGenericArguments();
        return items.Length == 8 && IsTuple(items[7]) ? items[..7].Concat(TupleItems(items[7])) : items;
    }
}
