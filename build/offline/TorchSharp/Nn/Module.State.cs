namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters, then persistent buffers, by dotted name. The tensors are the module's own.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= new Dictionary<string, Tensor>();
                foreach (var (parameterName, parameter) in named_parameters())
                {
                    destination.TryAdd(Join(prefix, parameterName), parameter);
                }

                foreach (var (bufferName, buffer) in named_buffers(include_nonpersistent: false))
                {
                    destination.TryAdd(Join(prefix, bufferName), buffer);
                }

                // Again from each child: a shared parameter is listed under all its names.
                foreach (var (childName, module) in named_children())
                {
                    module.state_dict(destination, Join(prefix, childName));
                }

                return destination;
            }

            private static string Join(string? prefix, string leaf) => string.IsNullOrEmpty(prefix) ? leaf : $"{prefix}.{leaf}";

            /// <summary>Copies values in, by name.</summary>
            /// <exception cref="InvalidOperationException">Strict, and the names differ.</exception>
            /// <exception cref="ArgumentException">A tensor has another shape than its destination.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                ArgumentNullException.ThrowIfNull(source);
                var skipped = skip is null ? null : new HashSet<string>(skip);
                var destination = state_dict();
                var unexpected = source.Keys.Where(key => skipped?.Contains(key) != true && !destination.ContainsKey(key)).ToList();
                var missing = destination.Keys.Where(key => skipped?.Contains(key) != true && !source.ContainsKey(key)).ToList();
                if (strict && (unexpected.Count > 0 || missing.Count > 0))
                {
                    throw new InvalidOperationException(
                        "The loaded state_dict is not identical to the target dictionary." +
                        $" Missing: {Some(missing)}. Unexpected: {Some(unexpected)}.");
                }

                using var _ = no_grad();
                foreach (var (key, value) in source)
                {
                    if (skipped?.Contains(key) == true || !destination.TryGetValue(key, out var target))
                    {
                        continue;
                    }

                    if (!value.shape.AsSpan().SequenceEqual(target.shape))
                    {
                        throw new ArgumentException(
                            $"'{key}': the source has shape [{string.Join(", ", value.shape)}], the module [{string.Join(", ", target.shape)}].",
                            nameof(source));
                    }

                    target.copy_(value);
                }

                return (missing, unexpected);
            }

            private static string Some(List<string> keys)
                => keys.Count == 0 ? "none" : string.Join(", ", keys.Take(5)) + (keys.Count > 5 ? $" and {keys.Count - 5} more" : "");

            public Module save(string location, IList<string>? skip = null)
            {
                using var stream = File.Create(location);
                return save(stream, skip);
            }

            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            /// <summary>Count, then for each tensor its name, type, shape and raw little-endian values.</summary>
            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                var kept = sd.Where(item => skip?.Contains(item.Key) != true).ToList();
                TensorStream.WriteNumber(writer, kept.Count);
                foreach (var (key, value) in kept)
                {
                    writer.Write(key);
                    TensorStream.Write(writer, value);
                }
            }

            public virtual Module load(string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                if (!File.Exists(location))
                {
                    throw new FileNotFoundException($"No saved module at '{location}'.", location);
                }

                using var stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            public Module load(Stream stream, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                return load(reader, strict, skip, loadedParameters);
            }

            public virtual Module load(BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                var destination = state_dict();
                var missing = new HashSet<string>(destination.Keys);
                missing.ExceptWith(skip ?? []);
                using var _ = no_grad();
                var count = TensorStream.ReadNumber(reader);
                for (var i = 0L; i < count; i++)
                {
                    var key = reader.ReadString();
                    using var value = TensorStream.Read(reader);
                    var target = skip?.Contains(key) == true ? null : destination.GetValueOrDefault(key);
                    if (loadedParameters is not null)
                    {
                        loadedParameters[key] = target is not null;
                    }

                    if (target is null)
                    {
                        if (strict && skip?.Contains(key) != true)
                        {
                            throw new ArgumentException($"Mismatched module state names: the target module has no '{key}'.");
                        }

                        continue;
                    }

                    if (!value.shape.AsSpan().SequenceEqual(target.shape))
                    {
                        throw new ArgumentException(
                            $"'{key}': the file has shape [{string.Join(", ", value.shape)}], the module [{string.Join(", ", target.shape)}].");
                    }

                    target.copy_(value);
                    missing.Remove(key);
                }

                if (strict && missing.Count > 0)
                {
                    throw new ArgumentException($"Mismatched module state names: the file lacks {Some(missing.ToList())}.");
                }

                return this;
            }
        }
    }
}
