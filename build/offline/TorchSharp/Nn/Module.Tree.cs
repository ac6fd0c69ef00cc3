using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            public virtual IEnumerable<(string name, Module module)> named_children()
            {
                foreach (var (childName, module) in _modulesByName)
                {
                    yield return (childName, module);
                }
            }

            public virtual IEnumerable<Module> children()
            {
                foreach (var (_, module) in _modulesByName)
                {
                    yield return module;
                }
            }

            /// <summary>The modules below this one, children first; this one is not among them.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (childName, module) in _modulesByName)
                {
                    yield return (childName, module);
                }

                foreach (var (childName, module) in _modulesByName)
                {
                    foreach (var (nestedName, nested) in module.named_modules())
                    {
                        yield return ($"{childName}.{nestedName}", nested);
                    }
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(item => item.module);

            /// <summary>Parameters with their dotted names; a parameter that is shared appears once, under its first name.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
                foreach (var (parameterName, parameter) in _parametersByName)
                {
                    if (seen.Add(parameter))
                    {
                        yield return (parameterName, parameter);
                    }
                }

                if (!recurse)
                {
                    yield break;
                }

                foreach (var (childName, module) in _modulesByName)
                {
                    foreach (var (parameterName, parameter) in module.named_parameters(true))
                    {
                        if (seen.Add(parameter))
                        {
                            yield return ($"{childName}.{parameterName}", parameter);
                        }
                    }
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true)
                => named_parameters(recurse).Select(item => item.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
                foreach (var (bufferName, (buffer, persistent)) in _buffersByName)
                {
                    if ((persistent || include_nonpersistent) && seen.Add(buffer))
                    {
                        yield return (bufferName, buffer);
                    }
                }

                if (!recurse)
                {
                    yield break;
                }

                foreach (var (childName, module) in _modulesByName)
                {
                    foreach (var (bufferName, buffer) in module.named_buffers(true, include_nonpersistent))
                    {
                        if (seen.Add(buffer))
                        {
                            yield return ($"{childName}.{bufferName}", buffer);
                        }
                    }
                }
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true)
                => named_buffers(recurse, include_nonpersistent).Select(item => item.buffer);

            public virtual bool has_parameter(string target)
                => Owner(target, out var leaf) is { } owner && owner._parametersByName.Contains(leaf);

            public virtual bool has_buffer(string target)
                => Owner(target, out var leaf) is { } owner && owner._buffersByName.Contains(leaf);

            public virtual Parameter get_parameter(string target)
                => Owner(target, out var leaf) is { } owner && owner._parametersByName.TryGet(leaf, out var parameter) ? parameter : null!;

            public virtual Tensor get_buffer(string target)
                => Owner(target, out var leaf) is { } owner && owner._buffersByName.TryGet(leaf, out var buffer) ? buffer.Tensor : null!;

            /// <summary>The module that a dotted path leads to, and the last part of the path.</summary>
            private Module? Owner(string target, out string leaf)
            {
                ArgumentNullException.ThrowIfNull(target);
                var parts = target.Split('.');
                leaf = parts[^1];
                var module = this;
                foreach (var part in parts.AsSpan(0, parts.Length - 1))
                {
                    if (!module._modulesByName.TryGet(part, out module!))
                    {
                        return null;
                    }
                }

                return module;
            }
        }
    }
}
