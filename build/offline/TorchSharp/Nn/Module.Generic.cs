namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public abstract class Module<T, TResult> : HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>, IModule<T, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T input);

            /// <summary>Runs the hooks and <c>forward</c>.</summary>
            public TResult call(T input)
            {
                if (_modulePreHooks is not null)
                {
                    RunModuleHooks(_modulePreHooks);
                }

                if (_preHooks is not null)
                {
                    foreach (var (_, hook) in _preHooks)
                    {
                        input = hook(this, input) ?? input;
                    }
                }

                var result = forward(input);

                if (_modulePostHooks is not null)
                {
                    RunModuleHooks(_modulePostHooks);
                }

                if (_postHooks is not null)
                {
                    foreach (var (_, hook) in _postHooks)
                    {
                        result = hook(this, input, result) ?? result;
                    }
                }

                return result;
            }
        }

        public abstract class Module<T1, T2, TResult> : HookableModule<Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?>, Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult>>, IModule<T1, T2, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2);

            /// <summary>Runs the hooks and <c>forward</c>.</summary>
            public TResult call(T1 input1, T2 input2)
            {
                if (_modulePreHooks is not null)
                {
                    RunModuleHooks(_modulePreHooks);
                }

                if (_preHooks is not null)
                {
                    foreach (var (_, hook) in _preHooks)
                    {
                        if (hook(this, input1, input2) is { } changed)
                        {
                            (input1, input2) = changed;
                        }
                    }
                }

                var result = forward(input1, input2);

                if (_modulePostHooks is not null)
                {
                    RunModuleHooks(_modulePostHooks);
                }

                if (_postHooks is not null)
                {
                    foreach (var (_, hook) in _postHooks)
                    {
                        result = hook(this, input1, input2, result) ?? result;
                    }
                }

                return result;
            }
        }

        public abstract class Module<T1, T2, T3, TResult> : HookableModule<Func<Module<T1, T2, T3, TResult>, T1, T2, T3, (T1, T2, T3)?>, Func<Module<T1, T2, T3, TResult>, T1, T2, T3, TResult, TResult>>, IModule<T1, T2, T3, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3);

            /// <summary>Runs the hooks and <c>forward</c>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3)
            {
                if (_modulePreHooks is not null)
                {
                    RunModuleHooks(_modulePreHooks);
                }

                if (_preHooks is not null)
                {
                    foreach (var (_, hook) in _preHooks)
                    {
                        if (hook(this, input1, input2, input3) is { } changed)
                        {
                            (input1, input2, input3) = changed;
                        }
                    }
                }

                var result = forward(input1, input2, input3);

                if (_modulePostHooks is not null)
                {
                    RunModuleHooks(_modulePostHooks);
                }

                if (_postHooks is not null)
                {
                    foreach (var (_, hook) in _postHooks)
                    {
                        result = hook(this, input1, input2, input3, result) ?? result;
                    }
                }

                return result;
            }
        }

        public abstract class Module<T1, T2, T3, T4, TResult> : HookableModule<Func<Module<T1, T2, T3, T4, TResult>, T1, T2, T3, T4, (T1, T2, T3, T4)?>, Func<Module<T1, T2, T3, T4, TResult>, T1, T2, T3, T4, TResult, TResult>>, IModule<T1, T2, T3, T4, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4);

            /// <summary>Runs the hooks and <c>forward</c>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4)
            {
                if (_modulePreHooks is not null)
                {
                    RunModuleHooks(_modulePreHooks);
                }

                if (_preHooks is not null)
                {
                    foreach (var (_, hook) in _preHooks)
                    {
                        if (hook(this, input1, input2, input3, input4) is { } changed)
                        {
                            (input1, input2, input3, input4) = changed;
                        }
                    }
                }

                var result = forward(input1, input2, input3, input4);

                if (_modulePostHooks is not null)
                {
                    RunModuleHooks(_modulePostHooks);
                }

                if (_postHooks is not null)
                {
                    foreach (var (_, hook) in _postHooks)
                    {
                        result = hook(this, input1, input2, input3, input4, result) ?? result;
                    }
                }

                return result;
            }
        }

        public abstract class Module<T1, T2, T3, T4, T5, TResult> : HookableModule<Func<Module<T1, T2, T3, T4, T5, TResult>, T1, T2, T3, T4, T5, (T1, T2, T3, T4, T5)?>, Func<Module<T1, T2, T3, T4, T5, TResult>, T1, T2, T3, T4, T5, TResult, TResult>>, IModule<T1, T2, T3, T4, T5, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5);

            /// <summary>Runs the hooks and <c>forward</c>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5)
            {
                if (_modulePreHooks is not null)
                {
                    RunModuleHooks(_modulePreHooks);
                }

                if (_preHooks is not null)
                {
                    foreach (var (_, hook) in _preHooks)
                    {
                        if (hook(this, input1, input2, input3, input4, input5) is { } changed)
                        {
                            (input1, input2, input3, input4, input5) = changed;
                        }
                    }
                }

                var result = forward(input1, input2, input3, input4, input5);

                if (_modulePostHooks is not null)
                {
                    RunModuleHooks(_modulePostHooks);
                }

                if (_postHooks is not null)
                {
                    foreach (var (_, hook) in _postHooks)
                    {
                        result = hook(this, input1, input2, input3, input4, input5, result) ?? result;
                    }
                }

                return result;
            }
        }

        public abstract class Module<T1, T2, T3, T4, T5, T6, TResult> : HookableModule<Func<Module<T1, T2, T3, T4, T5, T6, TResult>, T1, T2, T3, T4, T5, T6, (T1, T2, T3, T4, T5, T6)?>, Func<Module<T1, T2, T3, T4, T5, T6, TResult>, T1, T2, T3, T4, T5, T6, TResult, TResult>>, IModule<T1, T2, T3, T4, T5, T6, TResult>
        {
            protected Module(string name)
                : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5, T6 input6);

            /// <summary>Runs the hooks and <c>forward</c>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5, T6 input6)
            {
                if (_modulePreHooks is not null)
                {
                    RunModuleHooks(_modulePreHooks);
                }

                if (_preHooks is not null)
                {
                    foreach (var (_, hook) in _preHooks)
                    {
                        if (hook(this, input1, input2, input3, input4, input5, input6) is { } changed)
                        {
                            (input1, input2, input3, input4, input5, input6) = changed;
                        }
                    }
                }

                var result = forward(input1, input2, input3, input4, input5, input6);

                if (_modulePostHooks is not null)
                {
                    RunModuleHooks(_modulePostHooks);
                }

                if (_postHooks is not null)
                {
                    foreach (var (_, hook) in _postHooks)
                    {
                        result = hook(this, input1, input2, input3, input4, input5, input6, result) ?? result;
                    }
                }

                return result;
            }
        }
    }
}
