// SPDX-License-Identifier: Apache-2.0
#include "ir/target/Machine.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Threading.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include <algorithm>
#include <fstream>

using namespace tenon::ir;

namespace {
constexpr const char *linuxX86 = "x86_64-unknown-linux-gnu";
// What code may use beyond the x86-64 baseline, and an artifact then checks before it runs: features that every
// compiler's __builtin_cpu_supports knows. All others are turned off, so that nothing unchecked is ever executed.
constexpr const char *checkedFeatures[] = {"avx",      "avx2",     "avx512bw",    "avx512cd",   "avx512dq", "avx512f",
                                           "avx512vl", "bmi",      "bmi2",        "fma",        "popcnt",   "sse3",
                                           "sse4.1",   "sse4.2",   "ssse3"};
// f16c is no baseline, but every CPU with avx2 has it, and LLVM takes avx512f away with it.
constexpr const char *baselineFeatures[] = {"64bit", "cmov", "cx8", "f16c", "fxsr", "mmx", "sse", "sse2", "x87"};

// From the features a processor has: those the code may use, what is checked at start, and the vector registers.
void setFeatures(Machine &machine, const llvm::StringMap<bool> &has) {
  std::vector<std::string> list;
  for (const auto &feature : has) {
    bool checked = llvm::is_contained(checkedFeatures, feature.first());
    bool on = feature.second && (checked || llvm::is_contained(baselineFeatures, feature.first()));
    list.push_back((on ? "+" : "-") + feature.first().str());
  }
  std::sort(list.begin(), list.end());
  for (const std::string &feature : list)
    machine.features += (machine.features.empty() ? "" : ",") + feature;
  for (const char *feature : checkedFeatures)
    if (has.lookup(feature))
      machine.required.push_back(feature);
  bool zmm = has.lookup("avx512f") && has.lookup("avx512vl") && has.lookup("avx512dq") && has.lookup("avx512bw");
  machine.lanes = zmm ? 16 : has.lookup("avx2") && has.lookup("fma") ? 8 : 4;
  machine.registers = zmm ? 32 : 16;
}

// "48K", "1024K", "32M" of one level and type as the kernel reports it; 0 when it does not.
int64_t cacheSize(int index) {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/size");
  int64_t size = 0;
  char unit = 0;
  if (!(file >> size >> unit))
    return 0;
  return size << (unit == 'M' ? 20 : 10);
}
} // namespace

Machine Machine::host() {
  Machine machine;
  machine.name = "host";
  machine.triple = linuxX86;
  machine.cpu = llvm::sys::getHostCPUName().str();
  // The name alone can promise features that a hypervisor masks: every feature is listed.
  setFeatures(machine, llvm::sys::getHostCPUFeatures());
  if (int64_t l1 = cacheSize(0))
    machine.l1 = l1;
  if (int64_t l2 = cacheSize(2))
    machine.l2 = l2;
  if (int64_t l3 = cacheSize(3))
    machine.l3 = l3;
  machine.cores = std::max(1u, llvm::hardware_concurrency().compute_thread_count());
  return machine;
}

mlir::FailureOr<Machine> Machine::named(llvm::StringRef name, std::string &message) {
  if (name.empty() || name == "host")
    return host();
  Machine machine;
  machine.name = name.str();
  machine.cores = 2;
  if (name == "aarch64") {
    machine.triple = "aarch64-unknown-linux-gnu";
    machine.cpu = "cortex-a72";
    machine.features = "+neon";
    machine.lanes = 4;
    machine.registers = 32;
    return machine;
  }
  llvm::SmallVector<llvm::StringRef> names;
  llvm::X86::fillValidCPUArchList(names, /*Only64Bit=*/true);
  if (!llvm::is_contained(names, name)) {
    message = "unknown target '" + name.str() +
              "'; expected host, aarch64, x86-64-v2, x86-64-v3, x86-64-v4 or an x86-64 processor name such as znver4";
    return mlir::failure();
  }
  machine.triple = linuxX86;
  machine.cpu = name.str();
  llvm::SmallVector<llvm::StringRef> features;
  llvm::X86::getFeaturesForCPU(name, features);
  // A processor's list leaves out what its features imply: x86-64-v4 names avx512vl and not avx512f.
  llvm::StringMap<bool> complete;
  for (llvm::StringRef feature : features) {
    complete[feature] = true;
    llvm::X86::updateImpliedFeatures(feature, true, complete);
  }
  setFeatures(machine, complete);
  return machine;
}
