namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => Assign(value, indices);
        }

        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params long[] indices]
        {
            get => Select(indices);
            set => AssignAt(value, indices);
        }

        public Tensor this[long i1]
        {
            get => Select(i1);
            set => AssignAt(value, i1);
        }

        public Tensor this[long i1, long i2]
        {
            get => Select(i1, i2);
            set => AssignAt(value, i1, i2);
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => Select(i1, i2, i3);
            set => AssignAt(value, i1, i2, i3);
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Select(i1, i2, i3, i4);
            set => AssignAt(value, i1, i2, i3, i4);
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => Select(i1, i2, i3, i4, i5);
            set => AssignAt(value, i1, i2, i3, i4, i5);
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => Select(i1, i2, i3, i4, i5, i6);
            set => AssignAt(value, i1, i2, i3, i4, i5, i6);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            var view = ApplyBasic(indices, out var advanced);
            if (advanced is null)
                return ReferenceEquals(view, this) ? alias() : view;
            var result = Op.Call(Aten.index_Tensor, view, advanced);
            DisposeIntermediate(view);
            return result;
        }

        public Tensor index(params Tensor[] indices) => Op.Call(Aten.index_Tensor, this, indices);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            Assign(value, indices);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices)
        {
            Op.CallVoid(Aten.index_put_, this, indices, value);
            return this;
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = ScalarLike(value);
            return index_put_(number, indices);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var number = ScalarLike(value);
            return index_put_(number, indices);
        }

        private Tensor ScalarLike(Scalar value) => torch.full((long[])[], value, dtype, device);

        private Tensor Select(params ReadOnlySpan<long> indices)
        {
            var view = this;
            foreach (long index in indices)
            {
                var next = Op.Call(Aten.select_int, view, 0, index);
                DisposeIntermediate(view);
                view = next;
            }
            return ReferenceEquals(view, this) ? alias() : view;
        }

        private void AssignAt(Tensor value, params ReadOnlySpan<long> indices)
        {
            var view = Select(indices);
            view.CopyBroadcast(value);
            DisposeIntermediate(view);
        }

        private void Assign(Tensor value, TensorIndex[] indices)
        {
            var view = ApplyBasic(indices, out var advanced);
            if (advanced is null)
                view.CopyBroadcast(value);
            else
                Op.CallVoid(Aten.index_put_, view, advanced, value);
            DisposeIntermediate(view);
        }

        // As PyTorch assigns: leading dimensions of size one that the target lacks are dropped.
        private void CopyBroadcast(Tensor value)
        {
            long extra = value.ndim - ndim;
            if (extra <= 0)
            {
                Op.CallVoid(Aten.copy_, this, value, false);
                return;
            }
            long[] sizes = value.shape;
            if (sizes.AsSpan(0, (int)extra).ContainsAnyExcept(1))
                throw new ArgumentException($"A value of shape [{string.Join(", ", sizes)}] does not fit a target of shape [{string.Join(", ", shape)}].", nameof(value));
            using var reshaped = value.view(sizes[(int)extra..]);
            Op.CallVoid(Aten.copy_, this, reshaped, false);
        }

        private void DisposeIntermediate(Tensor view)
        {
            if (!ReferenceEquals(view, this))
                view.Dispose();
        }

        /// <summary>
        /// Applies integers, slices, None, ellipsis and truth values as views; gathers the tensor indices, placed at
        /// the view's dimensions, for the index operator (null when there are none).
        /// </summary>
        private Tensor ApplyBasic(TensorIndex[] indices, out Tensor?[]? advanced)
        {
            advanced = null;
            List<Tensor?>? placed = null;
            var view = this;
            int dim = 0;
            int covered = 0; // dimensions that masks cover beyond their one place in the list
            int consumed = indices.Sum(Consumes);
            if (consumed > ndim)
                throw new ArgumentException($"Too many indices ({consumed}) for a tensor of {ndim} dimensions.", nameof(indices));
            foreach (var index in indices)
            {
                switch (index.Type)
                {
                    case TensorIndex.Kind.Single:
                        Replace(Op.Call(Aten.select_int, view, dim, index.First ?? 0));
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.First is not null || index.Stop is not null || index.Step is not null)
                            Replace(Op.Call(Aten.slice_Tensor, view, dim, index.First, index.Stop, index.Step ?? 1));
                        dim++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += (int)(ndim - consumed);
                        break;
                    case TensorIndex.Kind.None or TensorIndex.Kind.Null:
                        Replace(Op.Call(Aten.unsqueeze, view, dim++));
                        break;
                    case TensorIndex.Kind.Bool:
                        Replace(Op.Call(Aten.unsqueeze, view, dim));
                        Place(torch.tensor(index.First == 1, device: device).unsqueeze(0), dim++);
                        break;
                    case TensorIndex.Kind.Tensor:
                        var tensor = index.Value!;
                        Place(tensor, dim);
                        int width = Consumes(index);
                        covered += width - 1;
                        dim += width;
                        break;
                }
            }
            advanced = placed?.ToArray();
            return view;

            void Replace(Tensor next)
            {
                DisposeIntermediate(view);
                view = next;
            }

            void Place(Tensor tensor, int at)
            {
                placed ??= [];
                while (placed.Count < at - covered)
                    placed.Add(null);
                placed.Add(tensor);
            }
        }

        // The dimensions that an index takes; a mask takes as many as it has.
        private static int Consumes(TensorIndex index) => index.Type switch
        {
            TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
            TensorIndex.Kind.Tensor => index.Value!.dtype is ScalarType.Bool or ScalarType.Byte ? (int)index.Value.ndim : 1,
            _ => 0,
        };
    }
}
