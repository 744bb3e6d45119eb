// SPDX-License-Identifier: Apache-2.0
#include "passes/KernelSchedule.h"
#include "ir/Depthwise.h"
#include "ir/target/CostModel.h"

using namespace mlir;
using namespace tenon;

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

// Known sizes only; an unknown one gives any number of rows.
static int64_t productOfStatic(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes)
    product *= ShapedType::isDynamic(size) ? 1 : size;
  return product;
}

// The rows of a contraction's result that come together: all of them where one size is not known and its price is
// given, those of a sample otherwise.
static int64_t rowsOf(Operation *root, int64_t batch) {
  ArrayRef<int64_t> rows = shapeOf(root->getResult(0)).drop_back();
  if (auto gradient = dyn_cast<ir::ConvInputGradOp>(root);
      gradient && llvm::any_of(gradient.getStrides(), [](int64_t stride) { return stride > 1; })) {
    int64_t phase = 1; // of one sample: each goes by itself
    for (auto [size, stride] : llvm::zip(rows.drop_front(), gradient.getStrides()))
      phase *= ShapedType::isDynamic(size) ? 1 : (size + stride - 1) / stride;
    return phase;
  }
  if (batch > 0 && llvm::count_if(rows, ShapedType::isDynamic) == 1)
    return productOfStatic(rows) * batch;
  return isa<ir::MatmulOp>(root) ? 1 : productOfStatic(rows.drop_front());
}

// A window of one element that moves by one reads rows as they lie.
template <typename Conv> static bool isPlainMatrixProduct(Conv conv) {
  auto isOne = [](int64_t value) { return value == 1; };
  return llvm::all_of(shapeOf(conv.getFilter()).drop_back(2), isOne) && llvm::all_of(conv.getStrides(), isOne) &&
         llvm::all_of(conv.getPadding(), [](int64_t padding) { return padding <= 0; }) && conv.getGroups() == 1;
}

bool passes::packsWeights(Operation *contraction) { return !ir::isDepthwise(contraction); }
OpOperand &passes::packedOperand(Operation *contraction) { return contraction->getOpOperand(1); }

ir::PackedAttr passes::packedLayout(Operation *contraction, ir::ScheduleAttr schedule) {
  auto matmul = dyn_cast<ir::MatmulOp>(contraction);
  bool backward = isa<ir::ConvInputGradOp>(contraction) || (matmul && matmul.getTransposeRhs());
  return ir::PackedAttr::get(contraction->getContext(), schedule.getColumns(), backward);
}

FailureOr<ir::ScheduleAttr> passes::chooseSchedule(Operation *root, const ir::Machine &machine, int64_t batch) {
  if (ir::isDepthwise(root)) {
    auto result = shapeOf(root->getResult(0)), window = shapeOf(ir::filterOf(root)).drop_back(2);
    int64_t width = isa<ir::ConvFilterGradOp>(root) ? 0 : result[result.size() - 2];
    if (isa<ir::ConvInputGradOp>(root) && width > 0) // each phase of the stride is a run of results of its own
      width = (width - 1) / root->getAttrOfType<DenseI64ArrayAttr>("strides").asArrayRef().back() + 1;
    ir::Tile tile = ir::chooseDepthwiseTile(machine, std::max<int64_t>(width, 0), window.back());
    return ir::ScheduleAttr::get(root->getContext(), "depthwise", tile.rows, tile.columns);
  }
  StringRef algorithm;
  int64_t columns = 0, rows = 1;
  if (auto matmul = dyn_cast<ir::MatmulOp>(root)) {
    algorithm = matmul.getTransposeLhs() ? "filter_gradient" : "gemm";
    columns = shapeOf(matmul.getResult()).back();
    if (matmul.getTransposeLhs())
      rows = shapeOf(matmul.getResult()).drop_back().back();
  } else if (auto conv = dyn_cast<ir::ConvOp>(root)) {
    algorithm = isPlainMatrixProduct(conv) ? "gemm" : "direct";
    columns = shapeOf(conv.getResult()).back();
  } else if (auto grad = dyn_cast<ir::ConvInputGradOp>(root)) {
    algorithm = isPlainMatrixProduct(grad) ? "gemm" : "direct";
    columns = shapeOf(grad.getResult()).back();
  } else if (auto grad = dyn_cast<ir::ConvFilterGradOp>(root)) {
    algorithm = "filter_gradient"; // its tiles lie within one tap
    columns = shapeOf(grad.getResult()).back();
    rows = shapeOf(grad.getResult()).drop_back().back();
  } else {
    return ir::ScheduleAttr();
  }
  if (ShapedType::isDynamic(columns))
    return root->emitOpError("needs a known number of result columns, got ") << root->getResult(0).getType();
  if (algorithm == "filter_gradient") {
    ir::Tile tile = ir::chooseFilterGradientTile(machine, columns, ShapedType::isDynamic(rows) ? 1 : rows);
    return ir::ScheduleAttr::get(root->getContext(), algorithm, tile.rows, tile.columns);
  }
  ir::Tile tile = ir::chooseTile(machine, columns, rowsOf(root, batch));
  return ir::ScheduleAttr::get(root->getContext(), algorithm, tile.rows, tile.columns);
}
