// SPDX-License-Identifier: Apache-2.0
#include "codegen/Codegen.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include <mutex>

using namespace tenon::codegen;
namespace orc = llvm::orc;

namespace {
class OrcProgram : public JitProgram {
public:
  OrcProgram(std::shared_ptr<const Compiled> compiled, std::unique_ptr<orc::LLJIT> jit)
      : compiled(std::move(compiled)), jit(std::move(jit)) {}

  llvm::Error link() {
    for (const Object &object : compiled->objects) {
      auto buffer = llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(object.bytes.data(), object.bytes.size()), object.name);
      if (llvm::Error error = jit->addObjectFile(std::move(buffer)))
        return error;
    }
    orc::SymbolLookupSet symbols; // one lookup of all: linked together
    auto symbolOf = [&](const std::string &entry, const char *suffix) {
      return jit->mangleAndIntern(compiled->tag + "_" + entry + suffix);
    };
    for (const std::string &entry : compiled->entries) {
      symbols.add(symbolOf(entry, "_plan"));
      symbols.add(symbolOf(entry, "_run"));
    }
    auto found = jit->getExecutionSession().lookup(
        {{&jit->getMainJITDylib(), orc::JITDylibLookupFlags::MatchAllSymbols}}, std::move(symbols));
    if (!found)
      return found.takeError();
    for (const std::string &entry : compiled->entries)
      entries.push_back({entry.c_str(),
                         (*found)[symbolOf(entry, "_plan")].getAddress().toPtr<int64_t (*)(const int64_t *, int64_t *)>(),
                         (*found)[symbolOf(entry, "_run")].getAddress().toPtr<void (*)(const tenon_call *)>()});
    if (!compiled->weights.empty()) { // constants are promised at 64-byte alignment
      weights.resize(compiled->weights.size() / sizeof(Line) + 1);
      std::copy(compiled->weights.begin(), compiled->weights.end(), reinterpret_cast<char *>(weights.data()));
    }
    program = {TENON_ABI_VERSION, static_cast<uint32_t>(entries.size()), entries.data(), compiled->manifest.data(),
               compiled->manifest.size(), weights.empty() ? nullptr : weights.data(), compiled->weights.size()};
    return llvm::Error::success();
  }
  const tenon_program_table *table() const override { return &program; }

private:
  struct alignas(64) Line {
    char bytes[64];
  };
  std::shared_ptr<const Compiled> compiled;
  std::unique_ptr<orc::LLJIT> jit;
  std::vector<tenon_entry> entries;
  std::vector<Line> weights;
  tenon_program_table program = {};
};
} // namespace

mlir::FailureOr<std::shared_ptr<JitProgram>> tenon::codegen::jit(std::shared_ptr<const Compiled> compiled, std::string &message) {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
  auto fail = [&](llvm::Error error) {
    message = "the program could not be linked into this process: " + llvm::toString(std::move(error));
    return mlir::failure();
  };
  auto jit = orc::LLJITBuilder().create();
  if (!jit)
    return fail(jit.takeError());
  auto program = std::make_shared<OrcProgram>(std::move(compiled), std::move(*jit));
  if (llvm::Error error = program->link())
    return fail(std::move(error));
  return std::shared_ptr<JitProgram>(std::move(program));
}
