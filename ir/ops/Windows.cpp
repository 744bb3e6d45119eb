// SPDX-License-Identifier: Apache-2.0
#include "ir/ops/Windows.h"

using namespace mlir;
using namespace tenon::ir;

SmallVector<WindowAxis> tenon::ir::windowAxes(ArrayRef<int64_t> sizes, ArrayRef<int64_t> kernels,
                                              ArrayRef<int64_t> strides, ArrayRef<int64_t> padding,
                                              ArrayRef<int64_t> dilations) {
  SmallVector<WindowAxis> axes;
  for (size_t i = 0; i < sizes.size(); ++i) {
    int64_t n = sizes[i], k = kernels[i], s = strides[i], d = dilations[i], before = padding[2 * i], output;
    if (before < 0) {
      output = (n + s - 1) / s;
      before = std::max<int64_t>((output - 1) * s + (k - 1) * d + 1 - n, 0) / 2;
    } else {
      output = (n + before + padding[2 * i + 1] - d * (k - 1) - 1) / s + 1;
    }
    axes.push_back({n, k, s, d, before, output});
  }
  return axes;
}

void tenon::ir::forEachTap(ArrayRef<WindowAxis> axes, llvm::function_ref<void(int64_t, int64_t, int64_t)> body) {
  SmallVector<int64_t> outputShape, kernelShape;
  for (const WindowAxis &axis : axes) {
    outputShape.push_back(axis.output);
    kernelShape.push_back(axis.kernel);
  }
  forEachIndex(outputShape, [&](ArrayRef<int64_t> o, int64_t output) {
    forEachIndex(kernelShape, [&](ArrayRef<int64_t> k, int64_t tap) {
      int64_t pixel = 0;
      for (auto [i, axis] : llvm::enumerate(axes)) {
        int64_t position = o[i] * axis.stride + k[i] * axis.dilation - axis.before;
        if (position < 0 || position >= axis.size)
          return;
        pixel = pixel * axis.size + position;
      }
      body(output, tap, pixel);
    });
  });
}

int64_t tenon::ir::pixels(ArrayRef<WindowAxis> axes) {
  int64_t n = 1;
  for (const WindowAxis &axis : axes)
    n *= axis.size;
  return n;
}
int64_t tenon::ir::outputs(ArrayRef<WindowAxis> axes) {
  int64_t n = 1;
  for (const WindowAxis &axis : axes)
    n *= axis.output;
  return n;
}

LogicalResult tenon::ir::inferWindows(ShapeInference &shapes, const SymbolicShape &input, ArrayRef<int64_t> kernels,
                                      ArrayRef<int64_t> strides, ArrayRef<int64_t> padding, ArrayRef<int64_t> dilations,
                                      SymbolicShape &result) {
  size_t spatial = input.size() < 2 ? 0 : input.size() - 2;
  if (spatial == 0)
    return shapes.fail("expected an input (batch, spatial.., channels), got shape " + printShape(input));
  if (kernels.size() != spatial || strides.size() != spatial || dilations.size() != spatial ||
      padding.size() != 2 * spatial)
    return shapes.fail("expected one window size, stride and dilation and two paddings for each of " + Twine(spatial) +
                       " spatial axes, got " + Twine(kernels.size()) + ", " + Twine(strides.size()) + ", " +
                       Twine(dilations.size()) + " and " + Twine(padding.size()));
  for (size_t i = 0; i < spatial; ++i) {
    int64_t before = padding[2 * i], after = padding[2 * i + 1];
    if ((before < 0 || after < 0) && (before != -1 || after != -1))
      return shapes.fail("expected padding of 0 or more, or -1, -1 for 'same', got " + Twine(before) + ", " +
                         Twine(after));
    AffineExpr output;
    if (failed(shapes.windowOutput(input[i + 1], kernels[i], strides[i], dilations[i], before, after, output)))
      return failure();
    result.push_back(output);
  }
  return success();
}
