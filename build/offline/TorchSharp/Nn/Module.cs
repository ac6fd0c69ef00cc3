using System.Collections.Concurrent;
using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// The base of everything with parameters: a tree of named parameters, buffers and sub-modules.
        /// Names are those of the C# fields, or of their <see cref="ComponentNameAttribute"/>.
        /// </summary>
        public partial class Module : IDisposable
        {
            /// <summary>The fields that may hold components, per concrete type. Private fields of base types are not among them.</summary>
            private static readonly ConcurrentDictionary<Type, (string Name, FieldInfo Field)[]> s_componentFields = new();

            private readonly NamedList<Parameter> _parametersByName = new();
            private readonly NamedList<(Tensor Tensor, bool Persistent)> _buffersByName = new();
            private readonly NamedList<Module> _modulesByName = new();
            private bool _componentsRegistered;
            private bool _training = true;

            protected string name;

            protected Module(string name)
            {
                this.name = name;
            }

            public virtual bool training => _training;

            public virtual string GetName() => name;

            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var (_, module) in _modulesByName)
                {
                    module.train(train);
                }
            }

            public virtual void eval() => train(false);

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    using var grad = parameter.grad;
                    if (grad is null)
                    {
                        continue;
                    }

                    if (set_to_none)
                    {
                        parameter.grad = null;
                    }
                    else
                    {
                        grad.zero_();
                    }
                }
            }

            public virtual Module apply(Action<Module> fn)
            {
                ArgumentNullException.ThrowIfNull(fn);
                foreach (var (_, module) in _modulesByName)
                {
                    module.apply(fn);
                }

                fn(this);
                return this;
            }

            /// <summary>Registers every field that holds a module, a parameter or a tensor. Runs once.</summary>
            protected virtual void RegisterComponents()
            {
                if (_componentsRegistered)
                {
                    return;
                }

                foreach (var (fieldName, field) in s_componentFields.GetOrAdd(GetType(), ComponentFields))
                {
                    switch (field.GetValue(this))
                    {
                        case Module module:
                            register_module(fieldName, module);
                            break;
                        case Parameter parameter:
                            register_parameter(fieldName, parameter);
                            break;
                        case Tensor tensor:
                            // A field may name a buffer that the constructor has registered already.
                            if (!_buffersByName.Contains(fieldName))
                            {
                                register_buffer(fieldName, tensor);
                            }

                            break;
                    }
                }

                _componentsRegistered = true;
            }

            private static (string Name, FieldInfo Field)[] ComponentFields(Type type)
            {
                const BindingFlags Flags = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
                return type.GetFields(Flags)
                    .Where(field => !field.FieldType.IsValueType && field.FieldType != typeof(string))
                    .Select(field => (field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name, field))
                    .ToArray();
            }

            public virtual void register_parameter(string name, Parameter param)
            {
                CheckName(name, "parameter");
                if (_parametersByName.Contains(name))
                {
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
                }

                // A module outlives the scope in which it was made.
                param?.DetachFromDisposeScope();
                if (param is not null)
                {
                    _parametersByName.Add(name, param);
                }
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                CheckName(name, "buffer");
                if (_buffersByName.Contains(name))
                {
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
                }

                tensor.DetachFromDisposeScope();
                _buffersByName.Add(name, (tensor, persistent));
            }

            public virtual void register_module(string name, Module submodule)
            {
                CheckName(name, "sub-module");
                if (submodule is null)
                {
                    _modulesByName.Remove(name);
                    return;
                }

                if (_modulesByName.Contains(name))
                {
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                }

                submodule.RegisterComponents();
                _modulesByName.Add(name, submodule);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            private static void CheckName(string name, string what)
            {
                if (string.IsNullOrEmpty(name))
                {
                    throw new ArgumentException($"The name of a {what} must not be empty.", nameof(name));
                }

                if (name.Contains('.'))
                {
                    throw new ArgumentException($"The name of a {what} must not contain a dot: '{name}'.", nameof(name));
                }
            }

            /// <summary>Puts a parameter under a name, replacing the one that was there; null removes it.</summary>
            protected void ConditionallyRegisterParameter(string name, Tensor? value)
            {
                _parametersByName.Remove(name);
                if (value is not null)
                {
                    register_parameter(name, value as Parameter ?? new Parameter(value));
                }
            }

            /// <summary>Puts a buffer under a name, replacing the one that was there; null removes it.</summary>
            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                _buffersByName.Remove(name);
                if (value is not null)
                {
                    register_buffer(name, value, persistent);
                }
            }

            protected void ClearModules() => _modulesByName.Clear();

            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(Device? device = null, ScalarType? dtype = null)
                => (device ?? get_default_device(), dtype ?? get_default_dtype());

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                {
                    return;
                }

                foreach (var (_, module) in _modulesByName)
                {
                    module.Dispose();
                }

                foreach (var (_, parameter) in _parametersByName)
                {
                    parameter.Dispose();
                }

                foreach (var (_, buffer) in _buffersByName)
                {
                    buffer.Tensor.Dispose();
                }
            }
        }
    }
}
