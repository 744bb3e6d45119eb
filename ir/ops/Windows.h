// SPDX-License-Identifier: Apache-2.0
// The window arithmetic that convolution and pooling share: see conv's description for the law.
#pragma once
#include "ir/Literal.h"
#include "ir/ShapeInference.h"

namespace tenon::ir {

/// One spatial axis: sizes, and where windows stand. `before` is resolved for 'same' padding.
struct WindowAxis {
  int64_t size, kernel, stride, dilation, before, output;
};

/// The axes of one call; padding holds (before, after) pairs, (-1, -1) for 'same'.
llvm::SmallVector<WindowAxis> windowAxes(llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<int64_t> kernels,
                                         llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> padding,
                                         llvm::ArrayRef<int64_t> dilations);

/// Calls body(output, tap, pixel) for every tap that lies inside the input, all three row-major positions.
void forEachTap(llvm::ArrayRef<WindowAxis> axes, llvm::function_ref<void(int64_t, int64_t, int64_t)> body);

/// Product of an axis list's sizes.
int64_t pixels(llvm::ArrayRef<WindowAxis> axes);
int64_t outputs(llvm::ArrayRef<WindowAxis> axes);

/// Appends the output sizes of the spatial axes (all but first and last) of a shape; checks C1 and C2.
mlir::LogicalResult inferWindows(ShapeInference &shapes, const SymbolicShape &input, llvm::ArrayRef<int64_t> kernels,
                                 llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> padding,
                                 llvm::ArrayRef<int64_t> dilations, SymbolicShape &result);

} // namespace tenon::ir
