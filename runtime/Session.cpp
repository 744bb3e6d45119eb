// SPDX-License-Identifier: Apache-2.0
#include <tenon/session.h>

#include "runtime/GuardedMemory.h"
#include "runtime/Memory.h"
#include "runtime/ThreadPool.h"

#include <tenon/error.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace tenon {

struct Session::Impl {
  Impl(Program program, const SessionOptions &options) : program(std::move(program)), threads(options.threads) {
    const char *environment = std::getenv("TENON_CHECK_MEMORY");
    checkMemory = options.checkMemory || (environment && std::strcmp(environment, "1") == 0);
    for (auto &variable : this->program.variables()) {
      storage.push_back(const_cast<void *>(variable.initial));
      owned.emplace_back();
      bool derived = variable.kind == VariableKind::Derived;
      if ((variable.isMutable && !derived) || !variable.initial)
        own(storage.size() - 1);
      prepared = prepared && !(derived && !variable.initial);
    }
    prepare = this->program.findEntry("prepare");
    predict = this->program.findEntry("predict");
    trainStep = this->program.findEntry("train_step");
  }

  bool isShared(size_t index) const { return storage[index] && storage[index] == program.variables()[index].initial; }

  /// Gives a variable storage of its own, with its stored value or zeros.
  void own(size_t index) {
    const VariableInfo &info = program.variables()[index];
    owned[index] = allocateAligned(info.bytes, info.spec.name.c_str());
    if (info.initial)
      std::memcpy(owned[index].get(), info.initial, info.bytes);
    else
      std::memset(owned[index].get(), 0, info.bytes);
    storage[index] = owned[index].get();
  }

  [[noreturn]] void fail(const EntryInfo &entry, const std::string &message, Fault fault = Fault::Input) const {
    throw Error("entry '" + entry.name + "': " + message, fault);
  }

  void checkArrays(const EntryInfo &entry, const char *what, const std::vector<TensorSpec> &specs,
                   std::span<const Array> arrays) const {
    if (arrays.size() != specs.size())
      fail(entry, std::string("expected ") + std::to_string(specs.size()) + " " + what + "s, received " +
                      std::to_string(arrays.size()));
    for (size_t i = 0; i < specs.size(); ++i)
      if (arrays[i].dtype() != specs[i].dtype)
        fail(entry, std::string(what) + " '" + specs[i].name + "' expects " + nameOf(specs[i].dtype) + ", received " +
                        nameOf(arrays[i].dtype()));
  }

  void bindSymbols(const EntryInfo &entry, std::span<const Array> inputs) {
    checkArrays(entry, "input", entry.inputs, inputs);
    symbols.assign(entry.symbols.size(), -1);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const TensorSpec &spec = entry.inputs[i];
      const Shape &shape = inputs[i].shape();
      bool fits = shape.size() == spec.dims.size();
      for (size_t axis = 0; fits && axis < shape.size(); ++axis)
        fits = spec.dims[axis].size < 0 || spec.dims[axis].size == shape[axis];
      if (!fits)
        fail(entry,
             "input '" + spec.name + "' expects shape " + toString(spec.shape()) + ", received " + toString(shape));
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        if (spec.dims[axis].size >= 0)
          continue;
        const std::string &name = entry.symbols[static_cast<size_t>(spec.dims[axis].symbol)];
        int64_t &value = symbols[static_cast<size_t>(spec.dims[axis].symbol)];
        if (shape[axis] < 1)
          fail(entry,
               "input '" + spec.name + "' has shape " + toString(shape) + ", expected at least 1 for '" + name + "'");
        if (value >= 0 && value != shape[axis])
          fail(entry, "input '" + spec.name + "' has shape " + toString(shape) + ", but '" + name + "' is " +
                          std::to_string(value) + " in an input before it");
        value = shape[axis];
      }
    }
  }

  /// Binds the symbols, writes the outputs' dimensions to `dims` and returns the arena's size.
  size_t plan(const EntryInfo &entry, std::span<const Array> inputs) {
    bindSymbols(entry, inputs);
    size_t count = 0;
    for (auto &output : entry.outputs)
      count += output.dims.size();
    dims.assign(count, -1);
    int64_t bytes = entry.code->plan(symbols.data(), dims.data());
    if (bytes < 0) {
      uint64_t check = static_cast<uint64_t>(-(bytes + 1));
      if (check >= entry.checks.size())
        fail(entry, "its check number " + std::to_string(check) + " has no message", Fault::Tenon);
      fail(entry, entry.checks[check]);
    }
    const int64_t *dim = dims.data();
    for (auto &output : entry.outputs)
      for (auto &expected : output.dims) {
        if (*dim < 0 || (expected.size >= 0 && expected.size != *dim))
          fail(entry, "output '" + output.name + "' was planned with a dimension of " + std::to_string(*dim),
               Fault::Tenon);
        ++dim;
      }
    return static_cast<size_t>(bytes);
  }

  void checkOutputs(const EntryInfo &entry, std::span<const Array> outputs) const {
    checkArrays(entry, "output", entry.outputs, outputs);
    const int64_t *dim = dims.data();
    for (size_t i = 0; i < outputs.size(); ++i) {
      size_t rank = entry.outputs[i].dims.size();
      const Shape &shape = outputs[i].shape();
      if (shape.size() != rank || !std::equal(shape.begin(), shape.end(), dim))
        fail(entry, "output '" + entry.outputs[i].name + "' has shape " + toString(Shape(dim, dim + rank)) +
                        ", received room for " + toString(shape));
      dim += rank;
    }
  }

  void run(const EntryInfo &entry, std::span<const Array> inputs, std::span<const Array> outputs) {
    size_t bytes = plan(entry, inputs);
    checkOutputs(entry, outputs);
    if (&entry == predict && !prepared)
      runPrepare();
    inputData.clear();
    for (auto &input : inputs)
      inputData.push_back(input.raw());
    outputData.clear();
    for (auto &output : outputs)
      outputData.push_back(output.raw());
    if (checkMemory)
      runChecked(entry, outputs, bytes);
    else
      invoke(entry, growArena(bytes));
    if (&entry == trainStep && prepare)
      prepared = false;
  }

  void *growArena(size_t bytes) {
    if (bytes > arenaBytes) {
      arena.reset();
      arenaBytes = 0;
      arena = allocateAligned(bytes, "the arena");
      arenaBytes = bytes;
    }
    return arena.get();
  }

  void invoke(const EntryInfo &entry, void *memory) {
    FlushDenormals flush;
    tenon_call call{inputData.data(), outputData.data(), storage.data(), symbols.data(), memory, threads.get()};
    entry.code->run(&call);
  }

  void runChecked(const EntryInfo &entry, std::span<const Array> outputs, size_t bytes) {
    GuardedMemory guardedArena(bytes);
    std::vector<GuardedMemory> guarded;
    for (size_t i = 0; i < outputs.size(); ++i) {
      guarded.emplace_back(outputs[i].bytes());
      outputData[i] = guarded.back().data();
    }
    invoke(entry, guardedArena.data());
    guardedArena.check("entry '" + entry.name + "': the arena");
    for (size_t i = 0; i < outputs.size(); ++i) {
      guarded[i].check("entry '" + entry.name + "': output '" + entry.outputs[i].name + "'");
      std::memcpy(outputs[i].raw(), guarded[i].data(), outputs[i].bytes());
    }
  }

  void runPrepare() {
    if (!prepare)
      throw Error("program '" + program.model() + "' has no entry 'prepare', so its weights cannot change",
                  Fault::Usage);
    for (size_t i = 0; i < storage.size(); ++i)
      if (program.variables()[i].kind == VariableKind::Derived && isShared(i))
        own(i);
    // The symbols and output dimensions of the call this is part of stay as they are.
    auto savedSymbols = std::move(symbols);
    auto savedDims = std::move(dims);
    run(*prepare, {}, {});
    symbols = std::move(savedSymbols);
    dims = std::move(savedDims);
    prepared = true;
  }

  size_t variableIndex(std::string_view name) const {
    int index = program.variableIndex(name);
    if (index < 0)
      throw Error("program '" + program.model() + "' has no variable '" + std::string(name) + "'", Fault::Usage);
    return static_cast<size_t>(index);
  }

  Program program;
  ThreadLimit threads;
  bool checkMemory = false;
  bool prepared = true;
  const EntryInfo *prepare = nullptr, *predict = nullptr, *trainStep = nullptr;
  std::vector<void *> storage;              // one pointer per variable, as the program takes them
  std::vector<std::shared_ptr<void>> owned; // the storage that is the session's own
  std::shared_ptr<void> arena;
  size_t arenaBytes = 0;
  // Scratch of a call, kept so that calls allocate nothing.
  std::vector<int64_t> symbols, dims;
  std::vector<const void *> inputData;
  std::vector<void *> outputData;
};

Session::Session(Program program, SessionOptions options)
    : impl_(std::make_unique<Impl>(std::move(program), options)) {}
Session::Session(Session &&) noexcept = default;
Session &Session::operator=(Session &&) noexcept = default;
Session::~Session() = default;

const Program &Session::program() const { return impl_->program; }
int Session::threads() const { return impl_->threads.threads(); }

void Session::bind(std::string_view name, void *data) {
  size_t index = impl_->variableIndex(name);
  if (!data || reinterpret_cast<uintptr_t>(data) % 4)
    throw Error("variable '" + std::string(name) + "': expected storage aligned to 4 bytes", Fault::Usage);
  impl_->storage[index] = data;
  impl_->owned[index].reset();
  if (impl_->prepare && impl_->program.variables()[index].kind != VariableKind::Derived)
    impl_->prepared = false;
}

bool Session::hasVariable(std::string_view name) const { return impl_->program.variableIndex(name) >= 0; }

Array Session::variable(std::string_view name) { return variable(impl_->variableIndex(name)); }

Array Session::variable(size_t index) {
  if (impl_->isShared(index))
    impl_->own(index);
  const VariableInfo &info = impl_->program.variables().at(index);
  return Array::view(impl_->storage[index], info.spec.shape(), info.spec.dtype, impl_->owned[index]);
}

void Session::invalidatePrepared() {
  for (auto &variable : impl_->program.variables())
    if (variable.kind == VariableKind::Derived)
      impl_->prepared = false;
}

void Session::call(std::string_view entry, std::span<const Array> inputs, std::span<const Array> outputs) {
  impl_->run(impl_->program.entry(entry), inputs, outputs);
}

void Session::call(const EntryInfo &entry, std::span<const Array> inputs, std::span<const Array> outputs) {
  impl_->run(entry, inputs, outputs);
}

std::vector<Array> Session::call(std::string_view entry, const std::vector<Array> &inputs) {
  const EntryInfo &info = impl_->program.entry(entry);
  std::vector<Array> outputs;
  size_t i = 0;
  for (auto &shape : outputShapes(entry, inputs))
    outputs.emplace_back(shape, info.outputs[i++].dtype);
  impl_->run(info, inputs, outputs);
  return outputs;
}

std::vector<Shape> Session::outputShapes(std::string_view entry, std::span<const Array> inputs) {
  const EntryInfo &info = impl_->program.entry(entry);
  impl_->plan(info, inputs);
  std::vector<Shape> shapes;
  const int64_t *dim = impl_->dims.data();
  for (auto &output : info.outputs) {
    shapes.emplace_back(dim, dim + output.dims.size());
    dim += output.dims.size();
  }
  return shapes;
}

} // namespace tenon
