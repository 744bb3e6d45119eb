// SPDX-License-Identifier: Apache-2.0
#include "ir/KernelPrice.h"
#include "ir/target/CostModel.h"

using namespace mlir;
using namespace tenon::ir;

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

static double elementsOf(Value value) {
  double count = 1;
  for (auto [axis, size] : llvm::enumerate(shapeOf(value)))
    count *= ShapedType::isDynamic(size) ? (axis == 0 ? 1 : 32) : size;
  return count;
}

double tenon::ir::kernelSeconds(KernelOp kernel, const Machine &machine) {
  double bytes = 0, contractions = 0;
  SmallVector<Value> touched(kernel.getOperands());
  touched.append(kernel.getResults().begin(), kernel.getResults().end());
  for (Value value : touched)
    bytes += 4 * elementsOf(value);
  // Of a table that is looked up, the rows that are met.
  if (Operation &root = kernel.getBody().front().front(); isa<GatherOp, GatherConvOp>(root)) {
    double table = elementsOf(root.getOperand(0)), met = elementsOf(root.getOperand(1));
    bytes -= 4 * (table - std::min(table, met * table / shapeOf(root.getOperand(0))[0]));
  }
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    std::optional<ScheduleAttr> schedule = kernel.getSchedule();
    if (!schedule || !isa<MatmulOp, ConvOp, ConvInputGradOp>(op))
      continue;
    int64_t columns = shapeOf(op.getResult(0)).back();
    double rows = elementsOf(op.getResult(0)) / columns, weights = elementsOf(op.getOperand(1));
    Tile tile{schedule->getRows(), schedule->getColumns()};
    if (schedule->getAlgorithm() == "depthwise")
      contractions += depthwiseSeconds(machine, rows, columns, weights / columns);
    else
      contractions += contractionSeconds(machine, tile, rows, columns, weights / columns);
  }
  return std::max(streamSeconds(machine, bytes), contractions);
}
