namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                foreach (var module in children())
                {
                    module._to(deviceType, deviceIndex, non_blocking);
                }

                _toEpilog(deviceType, deviceIndex, non_blocking);
                return this;
            }

            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                RequireTrainable(dtype);
                foreach (var module in children())
                {
                    module._to(device, dtype, non_blocking);
                }

                _toEpilog(device, dtype, non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                RequireTrainable(dtype);
                foreach (var module in children())
                {
                    module._to(dtype, non_blocking);
                }

                _toEpilog(dtype, non_blocking);
                return this;
            }

            public Module _to(Tensor other, bool non_blocking) => _to(other.device, other.dtype, non_blocking);

            protected void _toEpilog(DeviceType deviceType, int deviceIndex, bool non_blocking)
                => Convert(new Device(deviceType, deviceIndex), null, non_blocking);

            protected void _toEpilog(Device device, ScalarType dtype, bool non_blocking) => Convert(device, dtype, non_blocking);

            protected void _toEpilog(ScalarType dtype, bool non_blocking) => Convert(null, dtype, non_blocking);

            private static void RequireTrainable(ScalarType dtype)
            {
                if (dtype is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64
                    or ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64))
                {
                    throw new ArgumentException($"A module can only be converted to a floating point or complex type, not to {dtype}.", nameof(dtype));
                }
            }

            /// <summary>
            /// Moves this module's own parameters (with their gradients) and buffers. The tensor objects stay the same ones, so that
            /// optimisers, shared parameters and fields keep seeing them.
            /// </summary>
            private void Convert(Device? device, ScalarType? dtype, bool nonBlocking)
            {
                using var _ = no_grad();
                foreach (var (_, parameter) in _parametersByName)
                {
                    using (var grad = parameter.grad)
                    {
                        parameter.grad = null;
                        ConvertInPlace(parameter, device, dtype, nonBlocking);
                        if (grad is not null)
                        {
                            ConvertInPlace(grad, device, dtype, nonBlocking);
                            parameter.grad = grad;
                        }
                    }
                }

                foreach (var (_, (buffer, _)) in _buffersByName)
                {
                    ConvertInPlace(buffer, device, dtype, nonBlocking);
                }
            }

            private static void ConvertInPlace(Tensor tensor, Device? device, ScalarType? dtype, bool nonBlocking)
            {
                // Counters and masks keep their types.
                var targetType = dtype is { } wanted && (tensor.is_floating_point() || tensor.is_complex()) ? wanted : tensor.dtype;
                var current = tensor.device;
                var targetDevice = device ?? current;
                var sameDevice = targetDevice.type == current.type && (targetDevice.index < 0 || targetDevice.index == current.index);
                if (sameDevice && targetType == tensor.dtype)
                {
                    return;
                }

                using var moved = tensor.to(targetType, targetDevice, non_blocking: nonBlocking);
                tensor.set_data(moved);
            }
        }
    }
}
