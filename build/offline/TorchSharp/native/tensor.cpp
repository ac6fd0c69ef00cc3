// Tensor lifetime and metadata without a dispatch.
#include "shim.h"

#include <ATen/ops/from_blob.h>
#include <c10/core/ScalarTypeToTypeMeta.h>
#include <c10/core/TensorOptions.h>

#include <vector>

namespace avsr {
namespace {

at::TensorImpl* impl(void* handle) { return static_cast<at::TensorImpl*>(handle); }

}  // namespace

EXPORT void avsr_tensor_release(void* handle) {
  c10::raw::intrusive_ptr::decref(impl(handle));
}

EXPORT void* avsr_tensor_retain(void* handle) {
  c10::raw::intrusive_ptr::incref(impl(handle));
  return handle;
}

EXPORT int32_t avsr_tensor_dtype(void* handle) {
  return static_cast<int32_t>(c10::typeMetaToScalarType(impl(handle)->dtype()));
}

// type in the low half, index in the high half
EXPORT int64_t avsr_tensor_device(void* handle) {
  auto device = impl(handle)->device();
  return static_cast<int64_t>(static_cast<uint8_t>(device.type())) | (static_cast<int64_t>(device.index()) << 32);
}

EXPORT int64_t avsr_tensor_dim(void* handle) { return impl(handle)->dim(); }

EXPORT int64_t avsr_tensor_numel(void* handle) { return impl(handle)->numel(); }

EXPORT int64_t avsr_tensor_size(void* handle, int64_t index) { return impl(handle)->sizes()[index]; }

EXPORT void avsr_tensor_sizes(void* handle, int64_t* sizes) {
  auto source = impl(handle)->sizes();
  std::copy(source.begin(), source.end(), sizes);
}

EXPORT int32_t avsr_tensor_strides(void* handle, int64_t* strides) {
  return guarded<int32_t>("strides", -1, [&]() -> int32_t {
    auto source = impl(handle)->strides();
    std::copy(source.begin(), source.end(), strides);
    return 0;
  });
}

EXPORT int64_t avsr_tensor_storage_offset(void* handle) {
  return guarded<int64_t>("storage_offset", -1, [&]() -> int64_t { return impl(handle)->storage_offset(); });
}

EXPORT int32_t avsr_tensor_is_contiguous(void* handle) {
  return guarded<int32_t>("is_contiguous", -1, [&]() -> int32_t { return impl(handle)->is_contiguous() ? 1 : 0; });
}

EXPORT int32_t avsr_tensor_is_sparse(void* handle) { return impl(handle)->layout() == c10::kStrided ? 0 : 1; }

// The address of the first element; null for tensors without storage.
EXPORT void* avsr_tensor_data(void* handle) {
  return guarded<void*>("data_ptr", nullptr, [&]() -> void* { return borrow(handle).data_ptr(); });
}

// Bytes of storage that this handle alone holds; 0 for views and shared storage.
EXPORT int64_t avsr_tensor_owned_bytes(void* handle) {
  return guarded<int64_t>("owned_bytes", 0, [&]() -> int64_t {
    auto tensor = impl(handle);
    if (!tensor->has_storage() || tensor->device_type() == c10::DeviceType::Meta || tensor->storage().use_count() != 1) {
      return 0;
    }
    return static_cast<int64_t>(tensor->storage().nbytes());
  });
}

EXPORT void* avsr_tensor_from_blob(
    void* data, const int64_t* sizes, int32_t dims, int32_t dtype, void* context, void (*deleter)(void*)) {
  return guarded<void*>("from_blob", nullptr, [&]() -> void* {
    auto options = c10::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype));
    return release(at::from_blob(
        data, c10::IntArrayRef(sizes, dims), [context, deleter](void*) { deleter(context); }, options));
  });
}

}  // namespace avsr
