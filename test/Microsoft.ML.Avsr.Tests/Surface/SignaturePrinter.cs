using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.Avsr.Tests.Surface;

/// <summary>Writes types and their public and protected members as the lists of real signatures write them.</summary>
internal sealed class SignaturePrinter(SignatureDialect dialect)
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly TypeNames _names = new(dialect);

    /// <summary>The type's full name as its entry in the list has it.</summary>
    public string Name(Type type) => _names.Declaration(type);

    /// <summary>A type as it stands in a signature.</summary>
    public string Reference(Type type) => _names.Reference(type);

    /// <summary>The type's constraints, as they end its entry. The TorchSharp list has those of methods only.</summary>
    public string Constraints(Type type) => dialect == SignatureDialect.TorchSharp ? ""
        : _names.Constraints(type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0)).Trim();

    /// <summary>What kind of type it is, with its modifiers: <c>sealed class</c>, <c>struct</c>, <c>interface</c>, ...</summary>
    public static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum";
        if (type.IsValueType)
            return "struct";
        if (type.IsInterface)
            return "interface";
        if (typeof(MulticastDelegate).IsAssignableFrom(type.BaseType))
            return "delegate";
        if (type.IsAbstract && type.IsSealed)
            return "static class";
        return type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
    }

    /// <summary>Every member that code outside the assembly can see, one line each.</summary>
    public IEnumerable<string> Members(Type type)
    {
        switch (Kind(type))
        {
            case "enum":
                foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                    yield return $"{field.Name} = {Convert.ToString(Convert.ChangeType(field.GetRawConstantValue(), type.GetEnumUnderlyingType(), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)}";
                yield break;
            case "delegate":
                var invoke = type.GetMethod("Invoke")!;
                yield return $"delegate {_names.Reference(invoke.ReturnType)}({Parameters(invoke.GetParameters())})";
                yield break;
        }
        foreach (var constructor in type.GetConstructors(Declared).Where(c => !c.IsStatic && Visible(c)))
        {
            var name = dialect == SignatureDialect.MicrosoftMl ? "ctor" : type.Name.Split('`')[0];
            yield return $"{Access(constructor)} {name}({Parameters(constructor.GetParameters())})";
        }
        foreach (var field in type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly))
            yield return Field(field);
        foreach (var property in type.GetProperties(Declared))
        {
            if (Property(property) is { } text)
                yield return text;
        }
        foreach (var added in type.GetEvents(Declared).Where(e => e.AddMethod is { } add && Visible(add)))
            yield return $"{Access(added.AddMethod!)} event {_names.Reference(added.EventHandlerType!)} {added.Name}";
        var accessors = type.GetProperties(Declared).SelectMany(p => p.GetAccessors(true))
            .Concat(type.GetEvents(Declared).SelectMany(e => new[] { e.AddMethod, e.RemoveMethod }.OfType<MethodInfo>())).ToHashSet();
        foreach (var method in type.GetMethods(Declared).Where(m => Visible(m) && !accessors.Contains(m) && m.Name != "Finalize"))
            yield return Method(method);
    }

    private string Field(FieldInfo field)
    {
        var access = field.IsPublic ? "public" : "protected";
        var type = _names.Reference(field.FieldType) + _names.TupleComment(field);
        if (field.IsLiteral)
            return $"{access} const {type} {field.Name} = {Value(field.FieldType, field.GetRawConstantValue())}";
        return $"{access} {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    private string? Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(true).Where(Visible).ToArray();
        if (accessors.Length == 0)
            return null;
        var widest = accessors.FirstOrDefault(a => a.IsPublic) ?? accessors[0];
        var access = Access(widest);
        var bodies = "";
        if (property.GetMethod is { } get && Visible(get))
            bodies += (Access(get) == access ? "" : Access(get) + " ") + "get; ";
        if (property.SetMethod is { } set && Visible(set))
        {
            var init = set.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit");
            bodies += (Access(set) == access ? "" : Access(set) + " ") + (init ? "init; " : "set; ");
        }
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name
            : (dialect == SignatureDialect.MicrosoftMl ? "Item[" : "this[") + Parameters(index) + "]";
        return $"{access} {Modifiers(widest)}{_names.Reference(property.PropertyType)}{_names.TupleComment(property)} {name} {{ {bodies}}}";
    }

    private string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition
            ? "<" + string.Join(", ", method.GetGenericArguments().Select(a => a.Name)) + ">" : "";
        var constraints = method.IsGenericMethodDefinition && !IsOverride(method) ? _names.Constraints(method.GetGenericArguments()) : "";
        var returns = _names.Reference(method.ReturnType) + _names.TupleComment(method.ReturnParameter);
        if (method.ReturnType.IsByRef)
            returns = "ref " + returns;
        return $"{Access(method)} {Modifiers(method)}{returns} {method.Name}{generic}({Parameters(method.GetParameters(), method)}){constraints}";
    }

    private string Parameters(ParameterInfo[] parameters, MethodInfo? method = null)
    {
        var extends = method?.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute), false) == true;
        return string.Join(", ", parameters.Select((p, i) => (i == 0 && extends ? "this " : "") + Parameter(p)));
    }

    private string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params "
            : !parameter.ParameterType.IsByRef ? ""
            : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        var text = $"{prefix}{_names.Reference(parameter.ParameterType)}{_names.TupleComment(parameter)} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {Value(parameter.ParameterType, parameter.RawDefaultValue)}" : text;
    }

    private string Value(Type type, object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (value is not null && type.IsEnum)
        {
            var name = Enum.GetName(type, Enum.ToObject(type, value));
            var owner = dialect == SignatureDialect.TorchSharp ? type.Name : _names.Reference(type);
            return name is null ? Convert.ToString(value, CultureInfo.InvariantCulture)! : $"{owner}.{name}";
        }
        return value switch
        {
            null => "null",
            string text => $"\"{text}\"",
            char letter when dialect == SignatureDialect.TorchSharp => $"'{(int)letter}'",
            char letter => letter == '\0' ? "\\0" : letter.ToString(),
            bool flag => flag ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    private string Modifiers(MethodInfo method)
    {
        if (method.IsStatic)
            return "static ";
        if (method.DeclaringType!.IsInterface)
            return dialect == SignatureDialect.TorchSharp ? "abstract " : "";
        if (method.IsAbstract)
            return IsOverride(method) ? "abstract override " : "abstract ";
        if (!method.IsVirtual)
            return "";
        if (IsOverride(method))
            return dialect == SignatureDialect.MicrosoftMl && method.IsFinal ? "sealed override " : "override ";
        return method.IsFinal ? "" : "virtual ";
    }

    private static bool IsOverride(MethodInfo method) => method.IsVirtual && (method.Attributes & MethodAttributes.VtableLayoutMask) == 0
        && method.GetBaseDefinition().DeclaringType != method.DeclaringType;

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";
}
