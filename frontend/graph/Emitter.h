// SPDX-License-Identifier: Apache-2.0
// Writes one function of a program as ops of the dialect: the layers' and the training rules' common pen.
#pragma once
#include "frontend/graph/Create.h"
#include "frontend/graph/LayerNode.h"
#include "ir/Dialect.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

namespace tenon::graph {

/// Training: batch statistics, dropout; statistics are assigned.
enum class Mode { Inference, Training };

/// The names under which a module knows weights.
using WeightNames = llvm::DenseMap<const Weight *, std::string>;

/// The type of a value; None is `?`.
mlir::RankedTensorType tensorType(mlir::MLIRContext *context, const TensorSpec &spec);
mlir::Type elementType(mlir::MLIRContext *context, DType dtype);

/// Adds `tenon.variable @name` unless it is there. `initial` (null: none) becomes a splat; its use is state that starts
/// with one value everywhere.
void declareVariable(mlir::ModuleOp module, llvm::StringRef name, mlir::RankedTensorType type, llvm::StringRef kind,
                     bool trainable = false, std::optional<double> initial = std::nullopt);

/// An argument of a function: its user's name (attribute tenon.name) and its type.
struct Argument {
  std::string name;
  mlir::RankedTensorType type;
};

/// One function being written. Reads stand at its entry, each variable once; `assign` threads a new value to later
/// reads; `finish` writes the assigns and the return.
class Emitter {
public:
  /// Adds a function to the module. The weights' names are those of declareWeights.
  Emitter(mlir::ModuleOp module, llvm::StringRef function, llvm::ArrayRef<Argument> arguments, Mode mode,
          const WeightNames &weights, bool isPrivate = false);

  mlir::Value argument(unsigned index);
  /// The values of all arguments.
  std::vector<mlir::Value> arguments();
  Mode mode() const { return mode_; }
  mlir::ModuleOp module() const { return module_; }
  mlir::OpBuilder &builder() { return builder_; }
  mlir::Location loc() const { return loc_; }
  mlir::MLIRContext *context() const { return builder_.getContext(); }

  /// The variable's value at this point of the function; the module must have it.
  mlir::Value read(llvm::StringRef variable);
  mlir::Value read(const Weight &weight) { return read(nameOf(weight)); }
  /// The variable's value from here on and after the function.
  void assign(llvm::StringRef variable, mlir::Value value);
  void assign(const Weight &weight, mlir::Value value) { assign(nameOf(weight), value); }
  /// Writes assigns and return and sets the function's type; `names` are the results' tenon.name.
  void finish(llvm::ArrayRef<mlir::Value> results = {}, llvm::ArrayRef<std::string> names = {});

  /// From here on penalties on layers' results are collected: scalars that training adds to the loss.
  void collectPenalties() { collecting_ = true; }
  bool collectsPenalties() const { return collecting_; }
  void addPenalty(mlir::Value scalar) { penalties_.push_back(scalar); }
  llvm::ArrayRef<mlir::Value> penalties() const { return penalties_; }

  /// A new call site of something random, 0, 1, ... in the order of emission.
  int64_t nextSite() { return sites_++; }
  /// The seed and the step that random ops read: the i64 variables "seed" and "optimizer/iteration", declared here when
  /// the module has none.
  mlir::Value seed() { return scalarState("seed"); }
  mlir::Value step() { return scalarState("optimizer/iteration"); }

  /// An op at the current layer's location; result types are inferred. `MatmulOp` from `create<ir::MatmulOp>(x, w, false, false)`. An
  /// Error in the layer's name where the operands do not fit.
  template <typename Op, typename... Args> Op createOp(Args &&...args) {
    return graph::create<Op>(builder_, loc_, std::forward<Args>(args)...);
  }
  template <typename Op, typename... Args> mlir::Value create(Args &&...args) {
    return createOp<Op>(std::forward<Args>(args)...).getResult();
  }
  /// A rank-0 float32, or a tensor of `shape` full of it.
  mlir::Value constant(double value, llvm::ArrayRef<int64_t> shape = {});
  mlir::Value constantI64(int64_t value);
  /// A rank-0 constant of an integer type.
  mlir::Value integer(int64_t value, mlir::Type type);
  /// float32 of another value's shape, all equal.
  mlir::Value fill(double value, mlir::Value like);
  mlir::Value add(mlir::Value a, mlir::Value b) { return create<ir::AddOp>(a, b); }
  mlir::Value subtract(mlir::Value a, mlir::Value b) { return create<ir::SubtractOp>(a, b); }
  mlir::Value multiply(mlir::Value a, mlir::Value b) { return create<ir::MultiplyOp>(a, b); }
  mlir::Value divide(mlir::Value a, mlir::Value b) { return create<ir::DivideOp>(a, b); }
  mlir::Value maximum(mlir::Value a, mlir::Value b) { return create<ir::MaximumOp>(a, b); }
  mlir::Value minimum(mlir::Value a, mlir::Value b) { return create<ir::MinimumOp>(a, b); }
  /// x above 0, slope * x elsewhere (its gradient at 0 too, as in Keras).
  mlir::Value leakyRelu(mlir::Value x, double slope);
  mlir::Value reduceSum(mlir::Value a, llvm::ArrayRef<int64_t> axes, bool keepdims = false);
  mlir::Value reduceMax(mlir::Value a, llvm::ArrayRef<int64_t> axes, bool keepdims = false);
  /// The mean over axes: sum / count.
  mlir::Value reduceMean(mlir::Value a, llvm::ArrayRef<int64_t> axes, bool keepdims = false);
  mlir::Value reshape(mlir::Value a, llvm::ArrayRef<int64_t> shape);
  /// One axis at another place, the others in their order: itself when that is where it is.
  mlir::Value moveAxis(mlir::Value a, int64_t from, int64_t to);
  /// Itself when it is float32 already.
  mlir::Value toFloat(mlir::Value a);

  /// Which steps of a value count: int8 (batch, time), 0 where they do not; null when all do.
  mlir::Value maskOf(mlir::Value value) const { return masks_.lookup(value); }
  void setMask(mlir::Value value, mlir::Value mask) { masks_[value] = mask; }

  /// A loop over axis 0 of the sequences. The body gets the step of every sequence, the carried values and the shared ones
  /// and gives the next carried values and then what is to be stacked; the results are the last carried values and the
  /// stacks. Variables must be read outside and handed in as shared.
  std::vector<mlir::Value> scan(llvm::ArrayRef<mlir::Value> sequences, llvm::ArrayRef<mlir::Value> initial,
                                llvm::ArrayRef<mlir::Value> shared, bool reverse,
                                llvm::function_ref<std::vector<mlir::Value>(llvm::ArrayRef<mlir::Value>)> body);

  /// While it lives, ops carry this name; names nest as paths: "outer/dense".
  class Scope {
  public:
    Scope(Emitter &emitter, llvm::StringRef name);
    ~Scope();
    Scope(const Scope &) = delete;

  private:
    Emitter &emitter;
    std::string path;
    mlir::Location loc;
  };

  static llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape();
  }
  static int64_t rankOf(mlir::Value value) { return shapeOf(value).size(); }

private:
  const std::string &nameOf(const Weight &weight) const;
  mlir::Value scalarState(llvm::StringRef name);

  mlir::ModuleOp module_;
  mlir::OpBuilder builder_;
  mlir::Location loc_;
  Mode mode_;
  const WeightNames &weights_;
  mlir::func::FuncOp function_;
  mlir::Operation *lastRead_ = nullptr;
  llvm::StringMap<mlir::Value> current_;
  llvm::MapVector<mlir::StringAttr, std::pair<mlir::Value, mlir::Location>> assigned_;
  llvm::DenseMap<mlir::Value, mlir::Value> masks_;
  std::string path_;
  bool collecting_ = false;
  llvm::SmallVector<mlir::Value> penalties_;
  int64_t sites_ = 0;
};

} // namespace tenon::graph
