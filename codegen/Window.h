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

/// From the NHWC input value of an op, its output value and its attributes (dilations may be empty).
inline Window windowOf(KernelEmitter &e, mlir::Value input, mlir::Value output, llvm::ArrayRef<int64_t> window,
                       llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> padding, llvm::ArrayRef<int64_t> dilations) {
  KernelBuilder &k = e.k;
  int64_t rank = window.size();
  auto axis = [&](int64_t i) -> WindowAxis {
    if (i < 0)
      return {k.constant(1), k.constant(1), k.constant(0), 1, 1, 1, false};
    WindowAxis a;
    a.in = e.dim(input, i + 1);
    a.out = e.dim(output, i + 1);
    a.window = window[i];
    a.stride = strides[i];
    a.dilation = dilations.empty() ? 1 : dilations[i];
    int64_t span = a.dilation * (a.window - 1) + 1;
    if (padding[2 * i] >= 0) {
      a.before = k.constant(padding[2 * i]);
      a.padded = padding[2 * i] > 0 || padding[2 * i + 1] > 0;
    } else { // Keras's 'same', from the size
      Value total = k.sub(k.add(k.mul(k.add(a.out, -1), a.stride), span), a.in);
      a.before = k.div(k.max(total, k.constant(0)), 2);
      a.padded = true;
    }
    return a;
  };
  Window w;
  w.y = axis(rank - 2);
  w.x = axis(rank - 1);
  w.samples = e.dim(input, 0);
  w.channels = e.dim(input, rank + 1);
  return w;
}

} // namespace tenon::codegen
