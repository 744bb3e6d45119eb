// SPDX-License-Identifier: Apache-2.0
// LLVM's code generator for a machine.
#pragma once
#include "ir/target/Machine.h"
#include <string>
#include <vector>

namespace llvm {
class Module;
}

namespace tenon::codegen {
/// Early CSE, instruction combining and code generation: the emitters write loops as they shall be, so nothing else is
/// needed, and unrolling would cost ten times the compile time.
std::vector<char> emitObject(llvm::Module &module, const ir::Machine &machine);
std::string emitAssembly(llvm::Module &module, const ir::Machine &machine);
std::string emitLlvmText(llvm::Module &module, const ir::Machine &machine);
} // namespace tenon::codegen
