// SPDX-License-Identifier: Apache-2.0
// From optimised module to machine code: in process or into files. Both carry the same objects, byte for byte.
#pragma once
#include "codegen/Explanation.h"
#include "ir/target/Machine.h"
#include "mlir/IR/BuiltinOps.h"
#include "tenon/c_api.h"
#include <memory>
#include <string>
#include <vector>

namespace tenon::codegen {

struct Object {
  std::string name;
  std::vector<char> bytes; // relocatable ELF
};

/// A lowered program: everything an artifact is made of.
struct Compiled {
  ir::Machine machine;
  std::vector<Object> objects; // kernels, each once, then the driver with the entries
  std::vector<std::string> entries; // "predict", ...: the driver defines <tag>_<entry>_plan and <tag>_<entry>_run
  std::vector<char> manifest;  // flatbuffers, see runtime/schema/manifest.fbs
  std::vector<char> weights;   // initial values of variables, 64-byte aligned offsets as in the manifest
  std::string tag;             // prefix of the driver's symbols and of the exported table
  Explanation explanation;     // what --explain prints
};

struct LowerOptions {
  std::string modelName = "model";
  /// Prefix of the exported table <tag>_program, so that several models link into one program; [A-Za-z_][A-Za-z0-9_]*.
  std::string tag = "tenon";
  /// Worker threads of the compiler; 0: one per core.
  unsigned threads = 0;
  /// Store variables' initial values in the program (a file needs them; in process layers bind their own storage).
  bool embedWeights = false;
};

/// Lowers every public function of an optimised module (passes::optimize) to an entry. Fails with diagnostics.
mlir::FailureOr<std::unique_ptr<Compiled>> lower(mlir::ModuleOp module, const ir::Machine &machine,
                                                 const LowerOptions &options);

enum class TextKind { Llvm, Assembly };
/// The same program for people to read: every kernel and the driver as LLVM IR or assembly.
mlir::FailureOr<std::string> lowerToText(mlir::ModuleOp module, const ir::Machine &machine, const LowerOptions &options,
                                         TextKind kind);

/// A program in this process; the table lives as long as the object.
class JitProgram {
public:
  virtual ~JitProgram() = default;
  virtual const tenon_program_table *table() const = 0;
};
/// Links the objects into this process. Fails (message in words) when the machine is not this one.
mlir::FailureOr<std::shared_ptr<JitProgram>> jit(std::shared_ptr<const Compiled> compiled, std::string &message);

struct ArtifactOptions {
  /// The directory of Tenon's prelinked runner (executables only).
  std::string runnerPath;
};
enum class ArtifactKind { Object, Library, Executable, Header };
/// Writes one artifact (through a temporary file: never half-written). False with a message in words when it cannot.
bool emitArtifact(const Compiled &compiled, ArtifactKind kind, const std::string &path, const ArtifactOptions &options,
                  std::string &message);

} // namespace tenon::codegen
