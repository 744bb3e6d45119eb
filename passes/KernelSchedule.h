// SPDX-License-Identifier: Apache-2.0
// How a contraction is computed: algorithm and register tile, and the layout of its weights that follows.
#pragma once
#include "ir/Dialect.h"
#include "ir/target/Machine.h"

namespace tenon::passes {

/// Does a contraction read its weights in panels? A depthwise convolution takes them as they are.
bool packsWeights(mlir::Operation *contraction);
/// The operand of such a contraction (matmul, conv, conv_input_grad) that is packed: rhs or filter.
mlir::OpOperand &packedOperand(mlir::Operation *contraction);
/// The layout `schedule` reads the packed operand in: panels as wide as the tile; backward for data gradients.
ir::PackedAttr packedLayout(mlir::Operation *contraction, ir::ScheduleAttr schedule);

/// The schedule of a contraction or a weight gradient, null for any other op. batch: what a size that is not known is
/// priced at, 0: any. Fails with a diagnostic at the op when the number of result columns is not known.
mlir::FailureOr<ir::ScheduleAttr> chooseSchedule(mlir::Operation *root, const ir::Machine &machine, int64_t batch);

} // namespace tenon::passes
