// SPDX-License-Identifier: Apache-2.0
#include "runtime/CpuFeatures.h"

namespace tenon {

CpuFeature cpuFeature(const std::string &name) {
#if defined(__x86_64__)
// __builtin_cpu_supports takes literals only.
#define TENON_FEATURE(feature)                                                                                         \
  if (name == feature)                                                                                                 \
    return __builtin_cpu_supports(feature) ? CpuFeature::Present : CpuFeature::Missing;
  TENON_FEATURE("avx")
  TENON_FEATURE("avx2")
  TENON_FEATURE("avx512bf16")
  TENON_FEATURE("avx512bitalg")
  TENON_FEATURE("avx512bw")
  TENON_FEATURE("avx512cd")
  TENON_FEATURE("avx512dq")
  TENON_FEATURE("avx512f")
  TENON_FEATURE("avx512ifma")
  TENON_FEATURE("avx512vbmi")
  TENON_FEATURE("avx512vbmi2")
  TENON_FEATURE("avx512vl")
  TENON_FEATURE("avx512vnni")
  TENON_FEATURE("avx512vpopcntdq")
  TENON_FEATURE("avxvnni")
  TENON_FEATURE("bmi")
  TENON_FEATURE("bmi2")
  TENON_FEATURE("f16c")
  TENON_FEATURE("fma")
  TENON_FEATURE("lzcnt")
  TENON_FEATURE("popcnt")
  TENON_FEATURE("sse2")
  TENON_FEATURE("sse3")
  TENON_FEATURE("sse4.1")
  TENON_FEATURE("sse4.2")
  TENON_FEATURE("ssse3")
  TENON_FEATURE("xop")
#undef TENON_FEATURE
#elif defined(__aarch64__)
  if (name == "neon" || name == "fp-armv8")
    return CpuFeature::Present;
#endif
  return CpuFeature::Unknown;
}

} // namespace tenon
