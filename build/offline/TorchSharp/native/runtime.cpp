// Process-wide state: errors, version, threads, random numbers, CUDA through libtorch's device-neutral interfaces.
#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <cstring>
#include <mutex>

namespace avsr {

std::string& last_error() {
  thread_local std::string message;
  return message;
}

void set_error(const char* where, const char* what) {
  try {
    last_error() = std::string(where) + ": " + what;
  } catch (...) {
    // out of memory while reporting: the previous message has to do
  }
}

namespace {

int32_t copy_text(const std::string& text, char* buffer, int32_t capacity) {
  auto bytes = std::min<size_t>(text.size(), static_cast<size_t>(capacity));
  std::memcpy(buffer, text.data(), bytes);
  return static_cast<int32_t>(text.size());
}

at::Generator generator(void* handle) {
  return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(handle)));
}

// OpenBLAS keeps threads of its own, which libtorch does not know of. Other BLAS libraries have no such function.
void set_blas_threads(int32_t count) {
  static const auto set = []() -> void (*)(int) {
    for (const char* name : {"libblas.so.3", "libopenblas.so.0"}) {
      if (void* library = dlopen(name, RTLD_NOLOAD | RTLD_LAZY)) {
        if (void* function = dlsym(library, "openblas_set_num_threads")) return reinterpret_cast<void (*)(int)>(function);
      }
    }
    return nullptr;
  }();
  if (set) set(count);
}

}  // namespace

// Copies up to capacity bytes; returns the full length.
EXPORT int32_t avsr_last_error(char* buffer, int32_t capacity) { return copy_text(last_error(), buffer, capacity); }

// The libtorch whose headers this file was compiled against.
EXPORT const char* avsr_compiled_version() { return TORCH_VERSION; }

// The loaded libtorch's own description of its build (has a line with TORCH_VERSION=...).
EXPORT int32_t avsr_loaded_config(char* buffer, int32_t capacity) {
  return guarded<int32_t>("config", -1, [&]() -> int32_t { return copy_text(at::show_config(), buffer, capacity); });
}

EXPORT int32_t avsr_get_num_threads() {
  return guarded<int32_t>("get_num_threads", -1, []() -> int32_t { return at::get_num_threads(); });
}

EXPORT int32_t avsr_set_num_threads(int32_t count) {
  return guarded<int32_t>("set_num_threads", -1, [&]() -> int32_t {
    at::set_num_threads(count);
    set_blas_threads(count);
    return 0;
  });
}

EXPORT int32_t avsr_get_num_interop_threads() {
  return guarded<int32_t>("get_num_interop_threads", -1, []() -> int32_t { return at::get_num_interop_threads(); });
}

EXPORT int32_t avsr_set_num_interop_threads(int32_t count) {
  return guarded<int32_t>("set_num_interop_threads", -1, [&]() -> int32_t {
    at::set_num_interop_threads(count);
    return 0;
  });
}

EXPORT int32_t avsr_manual_seed(int64_t seed) {
  return guarded<int32_t>("manual_seed", -1, [&]() -> int32_t {
    at::manual_seed(static_cast<uint64_t>(seed));
    return 0;
  });
}

EXPORT void* avsr_generator_default(int32_t device_type, int32_t index) {
  return guarded<void*>("default generator", nullptr, [&]() -> void* {
    auto found = at::globalContext().defaultGenerator(
        c10::Device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(index)));
    return found.unsafeReleaseGeneratorImpl();
  });
}

EXPORT void* avsr_generator_new(uint64_t seed) {
  return guarded<void*>("Generator", nullptr, [&]() -> void* {
    return at::make_generator<at::CPUGeneratorImpl>(seed).unsafeReleaseGeneratorImpl();
  });
}

EXPORT void avsr_generator_release(void* handle) {
  c10::raw::intrusive_ptr::decref(static_cast<c10::GeneratorImpl*>(handle));
}

EXPORT int32_t avsr_generator_set_seed(void* handle, int64_t seed) {
  return guarded<int32_t>("Generator.manual_seed", -1, [&]() -> int32_t {
    auto target = generator(handle);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_current_seed(static_cast<uint64_t>(seed));
    return 0;
  });
}

// fresh != 0 draws a new seed from the system's entropy first
EXPORT int64_t avsr_generator_seed(void* handle, int32_t fresh) {
  return guarded<int64_t>("Generator.seed", -1, [&]() -> int64_t {
    auto target = generator(handle);
    std::lock_guard<std::mutex> lock(target.mutex());
    return static_cast<int64_t>(fresh != 0 ? target.seed() : target.current_seed());
  });
}

EXPORT void* avsr_generator_get_state(void* handle) {
  return guarded<void*>("Generator.get_state", nullptr, [&]() -> void* {
    auto target = generator(handle);
    std::lock_guard<std::mutex> lock(target.mutex());
    return release(target.get_state());
  });
}

EXPORT int32_t avsr_generator_set_state(void* handle, void* state) {
  return guarded<int32_t>("Generator.set_state", -1, [&]() -> int32_t {
    auto target = generator(handle);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_state(borrow(state));
    return 0;
  });
}

EXPORT int32_t avsr_cuda_device_count() {
  return guarded<int32_t>("cuda.device_count", -1, []() -> int32_t {
    return at::globalContext().hasCUDA() ? static_cast<int32_t>(torch::cuda::device_count()) : 0;
  });
}

EXPORT int32_t avsr_cudnn_is_available() {
  return guarded<int32_t>("cuda.is_cudnn_available", -1, []() -> int32_t {
    return at::globalContext().hasCUDA() && torch::cuda::cudnn_is_available() ? 1 : 0;
  });
}

EXPORT int32_t avsr_cuda_manual_seed(int64_t seed, int32_t all) {
  return guarded<int32_t>("cuda.manual_seed", -1, [&]() -> int32_t {
    all != 0 ? torch::cuda::manual_seed_all(static_cast<uint64_t>(seed)) : torch::cuda::manual_seed(static_cast<uint64_t>(seed));
    return 0;
  });
}

EXPORT int32_t avsr_cuda_synchronize(int64_t index) {
  return guarded<int32_t>("cuda.synchronize", -1, [&]() -> int32_t {
    torch::cuda::synchronize(index);
    return 0;
  });
}

// which: 0 = matrix products, 1 = cuDNN; value < 0 only asks
EXPORT int32_t avsr_allow_tf32(int32_t which, int32_t value) {
  return guarded<int32_t>("allow_tf32", -1, [&]() -> int32_t {
    auto& context = at::globalContext();
    if (value >= 0) {
      which == 0 ? context.setAllowTF32CuBLAS(value != 0) : context.setAllowTF32CuDNN(value != 0);
    }
    return (which == 0 ? context.allowTF32CuBLAS() : context.allowTF32CuDNN()) ? 1 : 0;
  });
}

}  // namespace avsr
