// SPDX-License-Identifier: Apache-2.0
// GEMM, convolution, its weight gradient and depthwise convolution on one core: GFLOP/s beside the machine's FMA peak (take the best of the repetitions).
// TENON_BENCH_TARGET=x86-64-v3 generates AVX2 code.
#include "Contraction.h"

using namespace tenon::bench;

static void gemm(int64_t m, int64_t k, int64_t n) {
  auto s = [](int64_t v) { return std::to_string(v); };
  std::string w = "tensor<" + s(k) + "x" + s(n) + "xf32>", x = "tensor<?x" + s(k) + "xf32>", y = "tensor<?x" + s(n) + "xf32>";
  registerContraction("gemm/" + s(m) + "x" + s(k) + "x" + s(n),
                      "tenon.variable @w : " + w + " \"weight\"\nfunc.func @predict(%x: " + x + " {tenon.name = \"x\"}) -> " + y +
                          " {\n  %w = tenon.read @w : " + w +
                          "\n  %y = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : " + x + ", " + w +
                          "\n  return %y : " + y + "\n}\n",
                      m, 2.0 * m * k * n);
}

static void convolution(int64_t batch, int64_t side, int64_t channels, int64_t filters, int64_t window) {
  auto s = [](int64_t v) { return std::to_string(v); };
  std::string w = "tensor<" + s(window) + "x" + s(window) + "x" + s(channels) + "x" + s(filters) + "xf32>",
              plane = "tensor<?x" + s(side) + "x" + s(side) + "x", x = plane + s(channels) + "xf32>", y = plane + s(filters) + "xf32>",
              p = s(window / 2);
  registerContraction("conv" + s(window) + "x" + s(window) + "/" + s(channels) + "-" + s(filters) + "/" + s(side) + "x" + s(side) +
                          "/batch" + s(batch),
                      "tenon.variable @w : " + w + " \"weight\"\nfunc.func @predict(%x: " + x + " {tenon.name = \"x\"}) -> " + y +
                          " {\n  %w = tenon.read @w : " + w + "\n  %y = tenon.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: " +
                          p + ", " + p + ", " + p + ", " + p + ">, dilations = array<i64: 1, 1>, groups = 1 : i64} : " + x + ", " + w +
                          "\n  return %y : " + y + "\n}\n",
                      batch, 2.0 * batch * side * side * window * window * channels * filters);
}

static void filterGradient(int64_t batch, int64_t side, int64_t channels, int64_t filters) {
  auto s = [](int64_t v) { return std::to_string(v); };
  std::string w = "tensor<3x3x" + s(channels) + "x" + s(filters) + "xf32>", plane = "tensor<?x" + s(side) + "x" + s(side) + "x",
              x = plane + s(channels) + "xf32>", g = plane + s(filters) + "xf32>";
  registerContraction("filter_gradient3x3/" + s(channels) + "-" + s(filters) + "/" + s(side) + "x" + s(side) + "/batch" + s(batch),
                      "func.func @predict(%x: " + x + " {tenon.name = \"x\"}, %g: " + g + " {tenon.name = \"g\"}) -> " + w +
                          " {\n  %w = tenon.constant dense<0.0> : " + w +
                          "\n  %y = tenon.conv_filter_grad %x, %g like %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, "
                          "dilations = array<i64: 1, 1>, groups = 1 : i64} : " + x + ", " + g + " like " + w +
                          "\n  return %y : " + w + "\n}\n",
                      batch, 2.0 * batch * side * side * 9 * channels * filters);
}

// Depthwise, 'same' padding, each channel with a filter of its own.
static void depthwise(int64_t batch, int64_t side, int64_t channels, int64_t window, int64_t stride) {
  auto s = [](int64_t v) { return std::to_string(v); };
  int64_t out = (side + stride - 1) / stride;
  std::string w = "tensor<" + s(window) + "x" + s(window) + "x1x" + s(channels) + "xf32>",
              x = "tensor<?x" + s(side) + "x" + s(side) + "x" + s(channels) + "xf32>",
              y = "tensor<?x" + s(out) + "x" + s(out) + "x" + s(channels) + "xf32>";
  registerContraction("depthwise" + s(window) + "x" + s(window) + "/" + s(channels) + "/" + s(side) + "x" + s(side) + "/stride" +
                          s(stride) + "/batch" + s(batch),
                      "tenon.variable @w : " + w + " \"weight\"\nfunc.func @predict(%x: " + x + " {tenon.name = \"x\"}) -> " + y +
                          " {\n  %w = tenon.read @w : " + w + "\n  %y = tenon.conv %x, %w {strides = array<i64: " + s(stride) + ", " +
                          s(stride) + ">, padding = array<i64: -1, -1, -1, -1>, dilations = array<i64: 1, 1>, groups = " + s(channels) +
                          " : i64} : " + x + ", " + w + "\n  return %y : " + y + "\n}\n",
                      batch, 2.0 * batch * out * out * window * window * channels);
}

int main(int argc, char **argv) {
  gemm(512, 512, 512);
  gemm(128, 4608, 512);
  convolution(1, 56, 64, 64, 3);
  convolution(1, 28, 128, 128, 3);
  convolution(1, 14, 256, 256, 3);
  convolution(1, 56, 64, 256, 1);
  convolution(32, 8, 32, 32, 3);
  filterGradient(16, 28, 64, 64);
  filterGradient(16, 14, 256, 256);
  depthwise(1, 56, 128, 3, 1);
  depthwise(1, 14, 512, 3, 1);
  depthwise(1, 7, 1024, 3, 1);
  depthwise(1, 112, 64, 3, 2);
  depthwise(8, 14, 96, 5, 1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
