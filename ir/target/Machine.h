// SPDX-License-Identifier: Apache-2.0
// What code is generated for: the one description that the cost model, the schedules and the emitters read.
#pragma once
#include "mlir/Support/LLVM.h"
#include <string>
#include <vector>

namespace tenon::ir {

struct Machine {
  std::string name;     // as asked for: "host", "x86-64-v3", ...
  std::string triple;   // "x86_64-unknown-linux-gnu"
  std::string cpu;      // LLVM's processor name
  std::string features; // LLVM's feature string: every known feature as +x or -x, none on that is not checked
  /// What an artifact must find on the CPU it starts on, in __builtin_cpu_supports' words.
  std::vector<std::string> required;
  int64_t lanes = 4;                                  // f32 per vector register
  int64_t registers = 16;                             // vector registers
  int64_t l1 = 32 << 10, l2 = 1 << 20, l3 = 32 << 20; // bytes, L2 per core
  int64_t cores = 1;
  double gigahertz = 3;
  int64_t fmaPorts = 2, loadPorts = 2; // vector operations a cycle

  /// f32 multiply-adds counted twice, per second and core.
  double peakFlops() const { return 2.0 * lanes * fmaPorts * gigahertz * 1e9; }

  /// "host", "x86-64-v3", "x86-64-v4", any LLVM x86-64 processor name, "aarch64"; fails with a message in words.
  static mlir::FailureOr<Machine> named(llvm::StringRef name, std::string &message);
  static Machine host();
};

} // namespace tenon::ir
