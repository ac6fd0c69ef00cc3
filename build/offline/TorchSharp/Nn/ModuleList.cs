using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules under the names 0, 1, ... Fixed from the moment its owner registers it.</summary>
    public class ModuleList<T> : nn.Module, IList<T>
        where T : nn.Module
    {
        private readonly List<T> _list = new();
        private bool _registered;

        public ModuleList(params T[] modules)
            : base("ModuleList")
        {
            if (modules is not null)
            {
                _list.AddRange(modules);
            }
        }

        public int Count => _list.Count;

        public bool IsReadOnly => false;

        public T this[int index]
        {
            get => _list[index];
            set
            {
                RequireOpen();
                _list[index] = value;
            }
        }

        protected override void RegisterComponents()
        {
            if (_registered)
            {
                return;
            }

            for (var i = 0; i < _list.Count; i++)
            {
                register_module(i.ToString(), _list[i]);
            }

            _registered = true;
        }

        public void Add(T item)
        {
            RequireOpen();
            _list.Add(item);
        }

        public void append(params T[] parameters) => extend(parameters);

        public void extend(IEnumerable<T> modules)
        {
            RequireOpen();
            _list.AddRange(modules);
        }

        public void Insert(int index, T item)
        {
            RequireOpen();
            _list.Insert(index, item);
        }

        public bool Remove(T item)
        {
            RequireOpen();
            return _list.Remove(item);
        }

        public void RemoveAt(int index)
        {
            RequireOpen();
            _list.RemoveAt(index);
        }

        public void Clear()
        {
            RequireOpen();
            _list.Clear();
        }

        public bool Contains(T item) => _list.Contains(item);

        public int IndexOf(T item) => _list.IndexOf(item);

        public void CopyTo(T[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

        public IEnumerator<T> GetEnumerator() => _list.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => _list.GetEnumerator();

        private void RequireOpen()
        {
            if (_registered)
            {
                throw new InvalidOperationException(
                    "This ModuleList is registered already; a change would not be seen by parameters() or state_dict(). Fill it before RegisterComponents().");
            }
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);

            public static Modules.ModuleList<Module> ModuleList(params Module[] modules) => new(modules);
        }
    }
}
