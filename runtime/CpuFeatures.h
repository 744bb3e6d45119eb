// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_CPUFEATURES_H
#define TENON_RUNTIME_CPUFEATURES_H

#include <string>

namespace tenon {

enum class CpuFeature { Present, Missing, Unknown };

/// Whether this CPU and operating system offer a feature, named as __builtin_cpu_supports names it.
CpuFeature cpuFeature(const std::string &name);

} // namespace tenon
#endif // TENON_RUNTIME_CPUFEATURES_H
