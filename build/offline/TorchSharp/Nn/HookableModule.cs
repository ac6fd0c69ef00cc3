namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module whose <c>call</c> runs hooks before and after <c>forward</c>.</summary>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            // Null until a hook is registered: a call without hooks costs four null checks.
            internal NamedList<TPreHook>? _preHooks;
            internal NamedList<TPostHook>? _postHooks;
            internal NamedList<Action<Module>>? _modulePreHooks;
            internal NamedList<Action<Module>>? _modulePostHooks;

            protected HookableModule(string name)
                : base(name)
            {
            }

            public HookRemover register_forward_pre_hook(TPreHook hook) => Register(ref _preHooks, hook);

            public HookRemover register_forward_pre_hook(Action<Module> hook) => Register(ref _modulePreHooks, hook);

            public HookRemover register_forward_hook(TPostHook hook) => Register(ref _postHooks, hook);

            public HookRemover register_forward_hook(Action<Module> hook) => Register(ref _modulePostHooks, hook);

            private HookRemover Register<THook>(ref NamedList<THook>? hooks, THook hook)
            {
                ArgumentNullException.ThrowIfNull(hook);
                var key = Guid.NewGuid().ToString();
                (hooks ??= new()).Add(key, hook);
                return new HookRemover(this, key);
            }

            internal void RunModuleHooks(NamedList<Action<Module>>? hooks)
            {
                foreach (var (_, hook) in hooks!)
                {
                    hook(this);
                }
            }

            private void Remove(string key)
            {
                Remove(ref _preHooks, key);
                Remove(ref _postHooks, key);
                Remove(ref _modulePreHooks, key);
                Remove(ref _modulePostHooks, key);
            }

            private static void Remove<THook>(ref NamedList<THook>? hooks, string key)
            {
                if (hooks is not null && hooks.Remove(key) && hooks.Count == 0)
                {
                    hooks = null;
                }
            }

            public class HookRemover
            {
                private readonly HookableModule<TPreHook, TPostHook> _module;
                private readonly string _key;

                public HookRemover(HookableModule<TPreHook, TPostHook> module, string key)
                {
                    _module = module;
                    _key = key;
                }

                public void remove() => _module.Remove(_key);
            }
        }
    }
}
