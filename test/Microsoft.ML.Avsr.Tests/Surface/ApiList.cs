using System.Text.RegularExpressions;

namespace Microsoft.ML.Avsr.Tests.Surface;

/// <summary>One type of a real package, as its list states it.</summary>
/// <param name="Name">Its name in the list.</param>
/// <param name="Kind">For example <c>sealed class</c>.</param>
/// <param name="Bases">Base type and interfaces, those that are not public left out.</param>
/// <param name="HasHiddenBase">Its base type is not public.</param>
/// <param name="Constraints">Constraints on its type parameters, or nothing.</param>
/// <param name="Members">Its public and protected members, normalised.</param>
internal sealed record ApiType(
    string Name, string Kind, IReadOnlyList<string> Bases, bool HasHiddenBase, string Constraints, HashSet<string> Members);

/// <summary>The public surface of a real package, read from a list of signatures.</summary>
internal sealed partial class ApiList
{
    private static readonly string[] s_systemValueTypes =
    [
        "bool", "byte", "sbyte", "short", "ushort", "int", "uint", "long", "ulong", "float", "double", "decimal", "char",
        "IntPtr", "Half", "Complex", "DateTime", "DateTimeOffset", "TimeSpan", "Guid", "Index", "Range", "CancellationToken",
    ];

    private readonly Dictionary<string, ApiType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ApiType> _byReference = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _valueTypes = [.. s_systemValueTypes];
    private readonly SignatureDialect _dialect;

    private ApiList(SignatureDialect dialect) => _dialect = dialect;

    /// <summary>All types, by their names in the list.</summary>
    public IReadOnlyDictionary<string, ApiType> Types => _types;

    /// <summary>Reads lists of one notation.</summary>
    public static ApiList Read(SignatureDialect dialect, params IEnumerable<string> paths)
    {
        var list = new ApiList(dialect);
        var entries = paths.SelectMany(p => Entries(Lines(p), dialect)).ToList();
        list._names.UnionWith(entries.Select(e => list.SplitHeader(e.Header).Name));
        foreach (var (header, _) in entries)
        {
            var (kind, name, _) = list.SplitHeader(header);
            if (kind is "struct" or "enum")
                list._valueTypes.Add(list.ReferenceName(name));
        }
        foreach (var (header, members) in entries)
            list.Add(header, members);
        return list;
    }

    /// <summary>A type by the name it has in signatures: in ML.NET's lists without namespace, and with any type arguments.</summary>
    public ApiType? FindReference(string reference) => _byReference.GetValueOrDefault(ArityName(reference));

    /// <summary>Drops what signatures here and there write differently though they mean the same.</summary>
    public string Normalise(string text)
    {
        text = DropReferenceAnnotations(text.Replace(" [Obsolete]", "", StringComparison.Ordinal));
        text = HiddenAccessor().Replace(text, "");
        text = text.Replace(" = default", " = null", StringComparison.Ordinal);
        return text.Trim();
    }

    private void Add(string header, List<string> lines)
    {
        var (kind, name, rest) = SplitHeader(header);
        var where = rest.IndexOf(" where ", StringComparison.Ordinal);
        var constraints = where >= 0 ? rest[where..].Trim() : rest.StartsWith("where ", StringComparison.Ordinal) ? rest : "";
        var baseText = (where >= 0 ? rest[..where] : constraints.Length > 0 ? "" : rest).TrimStart(' ', ':');
        var bases = SplitTopLevel(baseText).ToList();
        var hidden = bases.Count > 0 && bases[0].StartsWith("/*internal*/", StringComparison.Ordinal);
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (kind == "enum" && _dialect == SignatureDialect.TorchSharp)
                members.UnionWith(EnumValues(line));
            else if (kind == "delegate" && _dialect == SignatureDialect.TorchSharp)
            {
                if (DelegateInvoke().Match(line) is { Success: true } match)
                    members.Add(Normalise($"delegate {match.Groups[1].Value}({match.Groups[2].Value})"));
            }
            else if (!line.StartsWith("!!", StringComparison.Ordinal) && !NonPublic().IsMatch(line))
                members.Add(Normalise(line));
        }
        var type = new ApiType(name, kind, [.. bases.Where(b => !b.StartsWith("/*internal*/", StringComparison.Ordinal)).Select(Normalise)],
            hidden, Normalise(constraints), members);
        _types[name] = type;
        _byReference.TryAdd(ArityName(ReferenceName(name)), type);
    }

    /// <summary>The name as signatures have it: in ML.NET's lists from the outermost declaring type on, without namespace.</summary>
    private string ReferenceName(string name)
    {
        if (_dialect == SignatureDialect.TorchSharp)
            return name;
        var start = 0;
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0 && !_names.Contains(name[..dot]); dot = name.IndexOf('.', start))
            start = dot + 1;
        return name[start..];
    }

    /// <summary><c>Module&lt;T, TResult&gt;.Hook</c> becomes <c>Module`2.Hook</c>.</summary>
    private static string ArityName(string name)
    {
        var result = new System.Text.StringBuilder();
        var depth = 0;
        var count = 0;
        foreach (var c in name)
        {
            if (c is '<' or '(' or '[' && depth++ == 0)
                count = 1;
            else if (c is '>' or ')' or ']' && --depth == 0)
                result.Append('`').Append(count);
            else if (depth == 0)
                result.Append(c);
            else if (c == ',' && depth == 1)
                count++;
        }
        return result.ToString();
    }

    private (string Kind, string Name, string Tail) SplitHeader(string header)
    {
        var match = Header().Match(header);
        if (!match.Success)
            throw new FormatException($"Not a type's line: {header}");
        var kind = match.Groups["kind"].Value.Replace("sealed delegate", "delegate", StringComparison.Ordinal);
        var rest = match.Groups["rest"].Value;
        var depth = 0;
        var end = 0;
        for (; end < rest.Length; end++)
        {
            if (rest[end] == '<') depth++;
            else if (rest[end] == '>') depth--;
            else if (rest[end] == ' ' && depth == 0) break;
        }
        return (kind, rest[..end], rest[end..].Trim());
    }

    private static IEnumerable<string> Lines(string path)
    {
        string? pending = null;
        foreach (var line in File.ReadLines(path))
        {
            // A default value that holds a line break runs over two lines of the list.
            if (pending is not null && pending.Count(c => c == '"') % 2 == 1)
            {
                pending += "\n" + line;
                continue;
            }
            if (pending is not null)
                yield return pending;
            pending = line;
        }
        if (pending is not null)
            yield return pending;
    }

    private static IEnumerable<(string Header, List<string> Members)> Entries(IEnumerable<string> lines, SignatureDialect dialect)
    {
        string? header = null;
        var members = new List<string>();
        foreach (var line in lines.Where(l => l.Trim().Length > 0))
        {
            if (line.StartsWith(' '))
            {
                members.Add(line.Trim());
                continue;
            }
            if (header is not null)
                yield return (header, members);
            header = dialect == SignatureDialect.TorchSharp ? line[3..].Trim() : line.Trim();
            members = [];
        }
        if (header is not null)
            yield return (header, members);
    }

    private static IEnumerable<string> EnumValues(string line)
    {
        var open = line.IndexOf('{');
        return line[(open + 1)..].TrimEnd('}', ' ').Split(',').Select(v => v.Trim().Replace("=", " = ", StringComparison.Ordinal));
    }

    private static IEnumerable<string> SplitTopLevel(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                if (text[start..i].Trim() is { Length: > 0 } part)
                    yield return part;
                start = i + 1;
            }
            else if (text[i] is '<' or '(' or '[') depth++;
            else if (text[i] is '>' or ')' or ']') depth--;
        }
    }

    /// <summary>Removes the question marks of nullable reference types and keeps those of <see cref="Nullable{T}"/>.</summary>
    private string DropReferenceAnnotations(string text)
    {
        var result = new System.Text.StringBuilder(text.Length);
        var quoted = false;
        foreach (var c in text)
        {
            if (c == '"')
                quoted = !quoted;
            if (c == '?' && !quoted && !EndsWithValueType(result.ToString()))
                continue;
            result.Append(c);
        }
        return result.ToString();
    }

    private bool EndsWithValueType(string text)
    {
        if (text.EndsWith(')'))
            return true;
        if (text.EndsWith('>'))
        {
            var depth = 0;
            for (var i = text.Length - 1; i >= 0; i--)
            {
                if (text[i] == '>') depth++;
                else if (text[i] == '<' && --depth == 0)
                    return LastName().Match(text[..i]).Value is "ReadOnlyMemory" or "Memory" or "ImmutableArray" or "KeyValuePair" or "VBuffer";
            }
        }
        return _valueTypes.Contains(LastName().Match(text).Value);
    }

    [GeneratedRegex(@"^(?:public |protected )?(?<kind>(?:static class|sealed class|abstract class|sealed delegate|class|struct|interface|enum|delegate)) (?<rest>.*)$", RegexOptions.Singleline)]
    private static partial Regex Header();

    [GeneratedRegex(@"^(?:internal|private)\b")]
    private static partial Regex NonPublic();

    [GeneratedRegex(@"(?:private protected|private|internal) (?:set|get|init); ")]
    private static partial Regex HiddenAccessor();

    [GeneratedRegex(@"^public virtual (.*) Invoke\((.*)\)$")]
    private static partial Regex DelegateInvoke();

    [GeneratedRegex(@"[\w.]+$")]
    private static partial Regex LastName();
}
