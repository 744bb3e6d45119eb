// SPDX-License-Identifier: Apache-2.0
#include "ir/target/Machine.h"
#include "llvm/Support/Threading.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include <algorithm>
#include <fstream>

using namespace tenon::ir;

namespace {
constexpr const char *linuxX86 = "x86_64-unknown-linux-gnu";
// The features kernels are built on: what decides whether an artifact may start.
constexpr const char *decisive[] = {"avx", "avx2", "fma", "avx512f", "avx512vl", "avx512bw", "avx512dq", "avx512cd"};

void widthFrom(Machine &machine, llvm::function_ref<bool(llvm::StringRef)> has) {
  for (const char *feature : decisive)
    if (has(feature))
      machine.required.push_back(feature);
  bool zmm = has("avx512f") && has("avx512vl") && has("avx512dq");
  machine.lanes = zmm ? 16 : has("avx2") && has("fma") ? 8 : 4;
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
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  std::vector<std::string> list;
  for (const auto &feature : features)
    list.push_back((feature.second ? "+" : "-") + feature.first().str());
  std::sort(list.begin(), list.end());
  for (const std::string &feature : list)
    machine.features += (machine.features.empty() ? "" : ",") + feature;
  widthFrom(machine, [&](llvm::StringRef name) { return features.lookup(name); });
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
  widthFrom(machine, [&](llvm::StringRef feature) { return complete.lookup(feature); });
  return machine;
}
