// Every tensor operation goes through libtorch's boxed dispatcher: one entry point for some 3,000 operators,
// with autograd, CUDA, META and dtype promotion exactly as libtorch has them.
#include "shim.h"

#include <ATen/ScalarOps.h>
#include <ATen/core/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>
#include <c10/core/ScalarTypeToTypeMeta.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <vector>

namespace avsr {
namespace {

enum class Kind { Tensor, TensorList, OptionalTensorList, Int, Float, Bool, String, Number, IntList, FloatList, BoolList, Other };

struct Operand {
  Kind kind;
  bool optional;
  bool has_default;
  c10::IValue default_value;
};

struct Op {
  c10::OperatorHandle handle;
  std::string name;
  std::vector<Operand> operands;
};

Kind kind_of(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType: return Kind::Tensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType: return Kind::Int;
    case c10::TypeKind::FloatType: return Kind::Float;
    case c10::TypeKind::BoolType: return Kind::Bool;
    case c10::TypeKind::StringType: return Kind::String;
    case c10::TypeKind::NumberType: return Kind::Number;
    case c10::TypeKind::ListType: {
      auto element = type->cast<c10::ListType>()->getElementType();
      switch (element->kind()) {
        case c10::TypeKind::TensorType: return Kind::TensorList;
        case c10::TypeKind::OptionalType: return Kind::OptionalTensorList;
        case c10::TypeKind::IntType:
        case c10::TypeKind::SymIntType: return Kind::IntList;
        case c10::TypeKind::FloatType: return Kind::FloatList;
        case c10::TypeKind::BoolType: return Kind::BoolList;
        default: return Kind::Other;
      }
    }
    default: return Kind::Other;
  }
}

Operand describe(const c10::Argument& argument) {
  Operand result{Kind::Other, false, false, {}};
  c10::TypePtr type = argument.type();
  if (type->kind() == c10::TypeKind::OptionalType) {
    result.optional = true;
    type = type->cast<c10::OptionalType>()->getElementType();
  }
  result.kind = kind_of(type);
  if (argument.default_value().has_value()) {
    result.has_default = true;
    result.default_value = *argument.default_value();
  }
  return result;
}

int64_t as_int(const Value& value) { return value.tag == kDouble ? static_cast<int64_t>(value.real) : value.bits; }

double as_double(const Value& value) { return value.tag == kDouble ? value.real : static_cast<double>(value.bits); }

c10::IValue number(const Value& value) {
  switch (value.tag) {
    case kDouble: return value.real;
    case kBool: return value.bits != 0;
    case kComplex: {
      double real;
      std::memcpy(&real, &value.bits, sizeof(real));
      return c10::complex<double>(real, value.real);
    }
    default: return value.bits;
  }
}

// A list operand; a single value stands for a list of one, as in PyTorch.
template <typename T, typename Convert>
c10::List<T> list_of(const Value& value, Tag listTag, Convert&& convert) {
  c10::List<T> list;
  if (value.tag == kIntList || value.tag == kDoubleList) {
    list.reserve(value.count);
    for (int32_t i = 0; i < value.count; i++) {
      Value element{kInt, 0, 0, 0};
      if (value.tag == kIntList) {
        element.bits = reinterpret_cast<const int64_t*>(value.bits)[i];
      } else {
        element.tag = kDouble;
        element.real = reinterpret_cast<const double*>(value.bits)[i];
      }
      list.push_back(convert(element));
    }
  } else {
    list.push_back(convert(value));
  }
  return list;
}

// A number where a tensor is expected, as PyTorch's own operators wrap one: it never widens the other operand.
// Beside a float32 or float64 tensor it is made in that type at once, which saves libtorch a conversion per call.
at::Tensor wrapped_number(const Value& value, const Value& first) {
  auto scalar = number(value).toScalar();
  auto type = scalar.type();
  if (first.tag == kTensor && !scalar.isComplex()) {
    auto own = c10::typeMetaToScalarType(reinterpret_cast<at::TensorImpl*>(first.bits)->dtype());
    if (own == c10::kFloat || own == c10::kDouble) {
      type = own;
    }
  }
  auto tensor = at::detail::scalar_tensor_static(scalar, type, c10::Device(c10::kCPU));
  tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
  return tensor;
}

c10::IValue to_ivalue(const Value& value, const Operand& operand, const Value& first) {
  if (value.tag == kNone) {
    // A None tensor is an undefined tensor for operators that want one; the dispatcher's IValue() serves both.
    return c10::IValue();
  }
  switch (operand.kind) {
    case Kind::Tensor:
      return value.tag == kTensor ? borrow(reinterpret_cast<void*>(value.bits)) : wrapped_number(value, first);
    case Kind::TensorList: {
      c10::List<at::Tensor> list;
      auto handles = reinterpret_cast<void* const*>(value.bits);
      list.reserve(value.count);
      for (int32_t i = 0; i < value.count; i++) {
        list.push_back(borrow(handles[i]));
      }
      return list;
    }
    case Kind::OptionalTensorList: {
      c10::impl::GenericList list(c10::OptionalType::ofTensor());
      auto handles = reinterpret_cast<void* const*>(value.bits);
      for (int32_t i = 0; i < value.count; i++) {
        list.push_back(handles[i] == nullptr ? c10::IValue() : c10::IValue(borrow(handles[i])));
      }
      return list;
    }
    case Kind::Int: return as_int(value);
    case Kind::Float: return as_double(value);
    case Kind::Bool: return as_int(value) != 0;
    case Kind::Number: return number(value);
    case Kind::String: return std::string(reinterpret_cast<const char*>(value.bits), value.count);
    case Kind::IntList: return list_of<int64_t>(value, kIntList, as_int);
    case Kind::FloatList: return list_of<double>(value, kDoubleList, as_double);
    case Kind::BoolList: return list_of<bool>(value, kIntList, [](const Value& v) { return as_int(v) != 0; });
    case Kind::Other: break;
  }
  switch (value.tag) {
    case kDevice:
      return c10::Device(static_cast<c10::DeviceType>(value.bits), static_cast<c10::DeviceIndex>(value.count));
    case kGenerator:
      return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(reinterpret_cast<c10::GeneratorImpl*>(value.bits)));
    case kString: return std::string(reinterpret_cast<const char*>(value.bits), value.count);
    default: return number(value);
  }
}

void push_result(c10::IValue&& value, std::vector<Value>& results) {
  if (value.isTensor()) {
    void* handle = release(std::move(value).toTensor());
    results.push_back({handle == nullptr ? kNone : kTensor, 0, reinterpret_cast<int64_t>(handle), 0});
  } else if (value.isInt()) {
    results.push_back({kInt, 0, value.toInt(), 0});
  } else if (value.isDouble()) {
    results.push_back({kDouble, 0, 0, value.toDouble()});
  } else if (value.isBool()) {
    results.push_back({kBool, 0, value.toBool() ? 1 : 0, 0});
  } else if (value.isComplexDouble()) {
    auto complex = value.toComplexDouble();
    Value result{kComplex, 0, 0, complex.imag()};
    double real = complex.real();
    std::memcpy(&result.bits, &real, sizeof(real));
    results.push_back(result);
  } else if (value.isList()) {
    auto list = value.toList();
    for (size_t i = 0; i < list.size(); i++) {
      push_result(c10::IValue(list.get(i)), results);
    }
  } else {
    results.push_back({kNone, 0, 0, 0});
  }
}

thread_local std::vector<Value> overflow;

}  // namespace

// Null when this libtorch has no such operator (not an error: the caller may have a fallback).
EXPORT void* avsr_op_find(const char* name, const char* overload) {
  return guarded<void*>(name, nullptr, [&]() -> void* {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!found.has_value()) {
      return nullptr;
    }
    auto op = new Op{*found, name, {}};  // lives as long as the process, like the dispatcher's own entry
    if (overload[0] != '\0') {
      op->name = op->name + "." + overload;
    }
    for (const auto& argument : found->schema().arguments()) {
      op->operands.push_back(describe(argument));
    }
    return op;
  });
}

EXPORT int32_t avsr_op_schema(void* handle, char* buffer, int32_t capacity) {
  return guarded<int32_t>("schema", -1, [&]() -> int32_t {
    std::ostringstream text;
    text << static_cast<Op*>(handle)->handle.schema();
    auto schema = text.str();
    std::strncpy(buffer, schema.c_str(), capacity);
    return static_cast<int32_t>(schema.size());
  });
}

// Calls op; returns the number of results (flattened), or -1. Missing trailing operands take the schema's
// defaults. Results beyond capacity wait for avsr_op_rest.
EXPORT int32_t avsr_op_call(void* handle, const Value* values, int32_t count, Value* results, int32_t capacity) {
  auto op = static_cast<Op*>(handle);
  return guarded<int32_t>(op->name.c_str(), -1, [&]() -> int32_t {
    torch::jit::Stack stack;
    stack.reserve(op->operands.size());
    TORCH_CHECK(static_cast<size_t>(count) <= op->operands.size(), "got ", count, " operands, takes ", op->operands.size());
    for (int32_t i = 0; i < count; i++) {
      stack.push_back(to_ivalue(values[i], op->operands[i], values[0]));
    }
    for (size_t i = count; i < op->operands.size(); i++) {
      TORCH_CHECK(op->operands[i].has_default || op->operands[i].optional, "operand ", i, " is missing");
      stack.push_back(op->operands[i].has_default ? op->operands[i].default_value : c10::IValue());
    }
    op->handle.callBoxed(&stack);
    if (stack.size() == 1 && capacity > 0 && stack[0].isTensor()) {
      void* tensor = release(std::move(stack[0]).toTensor());
      results[0] = {tensor == nullptr ? kNone : kTensor, 0, reinterpret_cast<int64_t>(tensor), 0};
      return 1;
    }
    std::vector<Value> all;
    for (auto& value : stack) {
      push_result(std::move(value), all);
    }
    auto direct = std::min(static_cast<size_t>(capacity), all.size());
    std::copy(all.begin(), all.begin() + direct, results);
    overflow.assign(all.begin() + direct, all.end());
    return static_cast<int32_t>(all.size());
  });
}

// Hands over the results that did not fit in the last call on this thread.
EXPORT void avsr_op_rest(Value* results) {
  std::copy(overflow.begin(), overflow.end(), results);
  overflow.clear();
}

}  // namespace avsr
