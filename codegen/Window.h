// SPDX-License-Identifier: Apache-2.0
// Window arithmetic of convolution and pooling as code: spatial axes with sizes, strides, dilations and padding. One
// spatial axis is seen as two, the first of size 1.
#pragma once
#include "codegen/KernelEmitter.h"

namespace tenon::codegen {

struct WindowAxis {
  Value in, out, before; // sizes and leading padding
  int64_t window, stride, dilation;
  bool padded; // may a tap fall outside?
};

struct Window {
  WindowAxis y, x;
  Value samples, channels;
};

/// One axis from its sizes and attributes; padding (-1, -1) is Keras's 'same'.
inline WindowAxis windowAxisOf(KernelBuilder &k, Value in, Value out, int64_t window, int64_t stride, int64_t dilation,
                               int64_t before, int64_t after) {
  WindowAxis a{in, out, {}, window, stride, dilation, true};
  if (before >= 0) {
    a.before = k.constant(before);
    a.padded = before > 0 || after > 0;
  } else { // from the size
    int64_t span = dilation * (window - 1) + 1;
    Value total = k.sub(k.add(k.mul(k.add(out, -1), stride), span), in);
    a.before = k.div(k.max(total, k.constant(0)), 2);
  }
  return a;
}

/// From the NHWC input value of an op, its output value and its attributes (dilations may be empty).
inline Window windowOf(KernelEmitter &e, mlir::Value input, mlir::Value output, llvm::ArrayRef<int64_t> window,
                       llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> padding, llvm::ArrayRef<int64_t> dilations) {
  KernelBuilder &k = e.k;
  int64_t rank = window.size();
  auto axis = [&](int64_t i) -> WindowAxis {
    if (i < 0)
      return {k.constant(1), k.constant(1), k.constant(0), 1, 1, 1, false};
    return windowAxisOf(k, e.dim(input, i + 1), e.dim(output, i + 1), window[i], strides[i],
                        dilations.empty() ? 1 : dilations[i], padding[2 * i], padding[2 * i + 1]);
  };
  Window w;
  w.y = axis(rank - 2);
  w.x = axis(rank - 1);
  w.samples = e.dim(input, 0);
  w.channels = e.dim(input, rank + 1);
  return w;
}

} // namespace tenon::codegen
