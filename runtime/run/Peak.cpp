// SPDX-License-Identifier: Apache-2.0
#include "runtime/Clock.h"
#include "runtime/run/Commands.h"

namespace tenon::run {
namespace {
/// The best rate of ten runs of a function that executes some number of multiply-adds.
template <typename Function> double best(Function &&function) {
  double rate = 0;
  for (int i = 0; i < 10; ++i) {
    double start = seconds(), flops = function();
    double now = flops / (seconds() - start) * 1e-9;
    rate = now > rate ? now : rate;
  }
  return rate;
}

volatile float sink;

#if defined(__x86_64__)
// Twelve independent chains hide the latency of two units (5 cycles at most). Assembly, because a compiler that is
// asked for the smallest code keeps the accumulators in memory.
#define TENON_CHAINS(op, reg)                                                                                          \
  op(reg, 0) op(reg, 1) op(reg, 2) op(reg, 3) op(reg, 4) op(reg, 5) op(reg, 6) op(reg, 7) op(reg, 8) op(reg, 9)        \
      op(reg, 10) op(reg, 11)
#define TENON_ZERO(reg, n) "vxorps %%ymm" #n ", %%ymm" #n ", %%ymm" #n "\n"
#define TENON_FMA(reg, n) "vfmadd231ps %%" reg "15, %%" reg "14, %%" reg #n "\n"
#define TENON_LOOP(reg)                                                                                                \
  asm volatile("vxorps %%ymm14, %%ymm14, %%ymm14\n vxorps %%ymm15, %%ymm15, %%ymm15\n" TENON_CHAINS(                   \
                   TENON_ZERO, reg) "1:\n" TENON_CHAINS(TENON_FMA, reg) "dec %0\n jnz 1b\n vzeroupper\n"               \
               : "+r"(count)                                                                                           \
               :                                                                                                       \
               : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",        \
                 "xmm11", "xmm14", "xmm15")

constexpr long kRounds = 200'000;
double wide() {
  long count = kRounds;
  TENON_LOOP("zmm");
  return 2.0 * 16 * 12 * kRounds;
}
double narrow() {
  long count = kRounds;
  TENON_LOOP("ymm");
  return 2.0 * 8 * 12 * kRounds;
}
#endif

double scalar() {
  float sums[8] = {}, factor = sink;
  for (int i = 0; i < 1'000'000; ++i)
    for (float &sum : sums)
      sum = sum * factor + 1;
  for (float sum : sums)
    sink = sum;
  return 2.0 * 8 * 1'000'000;
}
} // namespace

double measurePeak() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return best(wide);
  if (__builtin_cpu_supports("fma"))
    return best(narrow);
#endif
  return best(scalar);
}

} // namespace tenon::run
