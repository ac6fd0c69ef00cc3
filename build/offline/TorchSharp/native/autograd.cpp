// Gradients: the parts of autograd that are not operators.
#include "shim.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

namespace avsr {
namespace {

std::vector<at::Tensor> borrow_all(void* const* handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int32_t i = 0; i < count; i++) {
    tensors.push_back(borrow(handles[i]));
  }
  return tensors;
}

}  // namespace

EXPORT int32_t avsr_requires_grad(void* handle) {
  return guarded<int32_t>("requires_grad", -1, [&]() -> int32_t { return borrow(handle).requires_grad() ? 1 : 0; });
}

EXPORT int32_t avsr_set_requires_grad(void* handle, int32_t value) {
  return guarded<int32_t>("requires_grad", -1, [&]() -> int32_t {
    borrow(handle).set_requires_grad(value != 0);
    return 0;
  });
}

EXPORT int32_t avsr_is_leaf(void* handle) {
  return guarded<int32_t>("is_leaf", -1, [&]() -> int32_t { return borrow(handle).is_leaf() ? 1 : 0; });
}

EXPORT int32_t avsr_retain_grad(void* handle) {
  return guarded<int32_t>("retain_grad", -1, [&]() -> int32_t {
    borrow(handle).retain_grad();
    return 0;
  });
}

// status: 0 or -1; the gradient, or null where there is none yet
EXPORT void* avsr_grad(void* handle, int32_t* status) {
  *status = -1;
  return guarded<void*>("grad", nullptr, [&]() -> void* {
    at::Tensor gradient = borrow(handle).mutable_grad();
    *status = 0;
    return release(std::move(gradient));
  });
}

EXPORT int32_t avsr_set_grad(void* handle, void* gradient) {
  return guarded<int32_t>("grad", -1, [&]() -> int32_t {
    borrow(handle).mutable_grad() = borrow(gradient);
    return 0;
  });
}

// Makes the tensor stand for other data, keeping its identity (what Module.to needs).
EXPORT int32_t avsr_set_data(void* handle, void* data) {
  return guarded<int32_t>("set_data", -1, [&]() -> int32_t {
    borrow(handle).set_data(borrow(data));
    return 0;
  });
}

EXPORT int64_t avsr_version(void* handle) {
  return guarded<int64_t>("_version", -1, [&]() -> int64_t { return borrow(handle)._version(); });
}

EXPORT int32_t avsr_backward(
    void* const* tensors, int32_t tensor_count,
    void* const* gradients, int32_t gradient_count,
    void* const* inputs, int32_t input_count,
    int32_t retain_graph, int32_t create_graph) {
  return guarded<int32_t>("backward", -1, [&]() -> int32_t {
    torch::autograd::backward(
        borrow_all(tensors, tensor_count), borrow_all(gradients, gradient_count),
        retain_graph != 0, create_graph != 0, borrow_all(inputs, input_count));
    return 0;
  });
}

// results holds input_count handles; null where an input was not used
EXPORT int32_t avsr_autograd_grad(
    void* const* outputs, int32_t output_count,
    void* const* inputs, int32_t input_count,
    void* const* gradients, int32_t gradient_count,
    int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** results) {
  return guarded<int32_t>("autograd.grad", -1, [&]() -> int32_t {
    auto found = torch::autograd::grad(
        borrow_all(outputs, output_count), borrow_all(inputs, input_count), borrow_all(gradients, gradient_count),
        retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (size_t i = 0; i < found.size(); i++) {
      results[i] = release(std::move(found[i]));
    }
    return 0;
  });
}

EXPORT int32_t avsr_grad_enabled() { return c10::GradMode::is_enabled() ? 1 : 0; }

EXPORT void avsr_set_grad_enabled(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }

EXPORT int32_t avsr_inference_enabled() { return c10::InferenceMode::is_enabled() ? 1 : 0; }

// The guard restores the thread's previous state when it is deleted; delete it on the thread that made it.
EXPORT void* avsr_inference_enter(int32_t enabled) {
  return guarded<void*>("inference_mode", nullptr, [&]() -> void* { return new c10::InferenceMode(enabled != 0); });
}

EXPORT void avsr_inference_leave(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

}  // namespace avsr
