// Shared by every file of the shim: the interop structures, the error slot and the guard that keeps
// C++ exceptions from crossing into managed frames (there they would end the process).
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cstdint>
#include <exception>
#include <string>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace avsr {

// Mirrors NativeArgKind in NativeValue.cs.
enum Tag : int32_t {
  kNone = 0,
  kTensor = 1,
  kInt = 2,
  kDouble = 3,
  kBool = 4,
  kString = 5,      // bits = char*, count = bytes
  kTensorList = 6,  // bits = TensorImpl**, count
  kIntList = 7,     // bits = int64_t*, count
  kDoubleList = 8,  // bits = double*, count
  kDevice = 9,      // bits = device type, count = index
  kGenerator = 10,  // bits = GeneratorImpl*
  kComplex = 11,    // bits = real part's bits, imaginary = imaginary part
};

// One operand or result. 24 bytes; the managed twin is NativeValue.
struct Value {
  int32_t tag;
  int32_t count;
  int64_t bits;
  double real;  // kDouble: the value; kComplex: the imaginary part
};

// The message of the last failure on this thread.
std::string& last_error();

void set_error(const char* where, const char* what);

// A counted reference to the tensor behind a borrowed handle; null gives an undefined tensor.
inline at::Tensor borrow(void* handle) {
  if (handle == nullptr) {
    return at::Tensor();
  }
  return at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(
      static_cast<at::TensorImpl*>(handle)));
}

// Gives the caller one reference; an undefined tensor becomes null.
inline void* release(at::Tensor&& tensor) {
  return tensor.defined() ? static_cast<void*>(tensor.unsafeReleaseTensorImpl()) : nullptr;
}

// Runs body; on an exception records the message and returns failed.
template <typename Result, typename Body>
Result guarded(const char* where, Result failed, Body&& body) noexcept {
  try {
    return body();
  } catch (const c10::Error& error) {
    set_error(where, error.what_without_backtrace());
  } catch (const std::exception& error) {
    set_error(where, error.what());
  } catch (...) {
    set_error(where, "unknown C++ exception");
  }
  return failed;
}

}  // namespace avsr
