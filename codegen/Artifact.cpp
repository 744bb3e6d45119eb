// SPDX-License-Identifier: Apache-2.0
// Object, library and executable: the program's objects linked by lld in this process.
#include "codegen/Codegen.h"
#include "codegen/Header.h"
#include "codegen/ProgramTable.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

using namespace tenon::codegen;

namespace {
bool writeFile(const std::string &path, llvm::StringRef bytes, std::string &message) {
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (!error) {
    file << bytes;
    file.close();
    error = file.error();
    file.clear_error();
  }
  if (error)
    message = "cannot write '" + path.substr(0, path.rfind(".tmp")) + "': " + error.message();
  return !error;
}

// The temporary file takes the name only when it is whole.
bool publish(const std::string &temporary, const std::string &path, std::string &message) {
  if (int fd = ::open(temporary.c_str(), O_RDONLY); fd >= 0) {
    ::fsync(fd);
    ::close(fd);
  }
  if (std::error_code error = llvm::sys::fs::rename(temporary, path)) {
    message = "cannot write '" + path + "': " + error.message();
    return false;
  }
  return true;
}

// lld is re-entrant, but not from two threads at once.
bool link(const std::vector<std::string> &arguments, std::string &message) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  std::vector<const char *> argv = {"ld.lld"};
  for (const std::string &argument : arguments)
    argv.push_back(argument.c_str());
  std::string errors;
  llvm::raw_string_ostream os(errors);
  lld::Result result = lld::lldMain(argv, llvm::nulls(), os, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    message = "linking failed: " + errors.substr(0, errors.find('\n'));
  return result.retCode == 0;
}

// The C library this process runs on: an executable needs no development package to link with it.
std::string libraryOf(void *symbol) {
  Dl_info info;
  return dladdr(symbol, &info) && info.dli_fname ? info.dli_fname : std::string();
}
} // namespace

bool tenon::codegen::emitArtifact(const Compiled &compiled, ArtifactKind kind, const std::string &path,
                                  const ArtifactOptions &options, std::string &message) {
  std::string temporary = path + ".tmp" + std::to_string(::getpid());
  llvm::scope_exit removeTemporary([&] { llvm::sys::fs::remove(temporary); });
  if (kind == ArtifactKind::Header)
    return writeFile(temporary, headerText(compiled), message) && publish(temporary, path, message);

  if (!writeFile(temporary, "", message)) // a wrong place is said before the work is done
    return false;
  llvm::SmallString<128> folder;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("tenon", folder)) {
    message = "cannot make a temporary directory: " + error.message();
    return false;
  }
  llvm::scope_exit removeFolder([&] { llvm::sys::fs::remove_directories(folder); });
  std::vector<std::string> inputs;
  auto add = [&](const Object &object) {
    llvm::SmallString<128> file = folder;
    llvm::sys::path::append(file, object.name + ".o");
    inputs.push_back(std::string(file));
    return writeFile(inputs.back(), llvm::StringRef(object.bytes.data(), object.bytes.size()), message);
  };
  for (const Object &object : compiled.objects)
    if (!add(object))
      return false;
  if (!add(emitProgramTable(compiled)))
    return false;

  std::vector<std::string> arguments;
  switch (kind) {
  case ArtifactKind::Object:
    arguments = {"-r"};
    break;
  case ArtifactKind::Library:
    arguments = {"-shared", "--gc-sections", "-s", "--hash-style=gnu", "-soname=" + llvm::sys::path::filename(path).str()};
    break;
  default:
    if (compiled.machine.triple.find("x86_64") != 0) {
      message = "an executable can be made for x86-64 Linux only; for other targets emit an object";
      return false;
    }
    arguments = {"-pie", "--gc-sections", "--icf=all", "-s", "--eh-frame-hdr", "--as-needed", "--allow-shlib-undefined",
                 "--dynamic-linker", "/lib64/ld-linux-x86-64.so.2", "--defsym=tenon_model_program=" + compiled.tag + "_program",
                 options.runnerPath + "/program-main.o"};
    inputs.push_back(libraryOf(reinterpret_cast<void *>(&::getpid)));
    inputs.push_back(libraryOf(reinterpret_cast<void *>(static_cast<double (*)(double)>(&::floor)))); // libm, as needed
  }
  arguments.insert(arguments.end(), {"--build-id=none", "--threads=1", "-o", temporary});
  arguments.insert(arguments.end(), inputs.begin(), inputs.end());
  if (!link(arguments, message))
    return false;
  if (kind == ArtifactKind::Executable)
    ::chmod(temporary.c_str(), 0755);
  return publish(temporary, path, message);
}
