// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TESTS_RUNTIME_SAMPLES_H
#define TENON_TESTS_RUNTIME_SAMPLES_H

#include <tenon/data.h>

namespace tenon::test {

/// Samples of y = 2 a - b + 3 c + 1.
inline Dataset samples(int64_t n) {
  Array x({n, 3}, DType::F32), y({n, 1}, DType::F32);
  for (int64_t i = 0; i < n; ++i) {
    float *row = x.data<float>() + 3 * i;
    for (int j = 0; j < 3; ++j)
      row[j] = float((i * 7 + j * 5 + i * j) % 11) / 11;
    y.data<float>()[i] = 2 * row[0] - row[1] + 3 * row[2] + 1;
  }
  return Dataset(x, y);
}

} // namespace tenon::test
#endif // TENON_TESTS_RUNTIME_SAMPLES_H
