// SPDX-License-Identifier: Apache-2.0
#include "runtime/SharedLibrary.h"

#include "runtime/File.h"

#include <tenon/error.h>

#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <vector>

namespace tenon {
namespace {
#if defined(__x86_64__)
constexpr int kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int kMachine = EM_AARCH64;
#endif

/// Reads structures of an ELF file by value, so that nothing relies on alignment; false when out of the file.
struct Reader {
  std::string_view file;
  bool inside(uint64_t offset, uint64_t size) const { return offset <= file.size() && size <= file.size() - offset; }
  template <typename T> bool read(uint64_t offset, T &value) const {
    if (!inside(offset, sizeof value))
      return false;
    std::memcpy(&value, file.data() + offset, sizeof value);
    return true;
  }
};

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

/// The exported names of the dynamic symbol table that end in _program.
std::vector<std::string> programSymbols(const std::string &path, const Reader &elf, const Elf64_Ehdr &header) {
  std::vector<std::string> names;
  const Error truncated(path + ": is truncated");
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section, strings;
    if (!elf.read(header.e_shoff + uint64_t(i) * sizeof section, section))
      throw truncated;
    if (section.sh_type != SHT_DYNSYM)
      continue;
    if (section.sh_link >= header.e_shnum ||
        !elf.read(header.e_shoff + uint64_t(section.sh_link) * sizeof strings, strings) ||
        !elf.inside(section.sh_offset, section.sh_size) || !elf.inside(strings.sh_offset, strings.sh_size))
      throw truncated;
    std::string_view text = elf.file.substr(strings.sh_offset, strings.sh_size);
    for (uint64_t j = 0; j < section.sh_size / sizeof(Elf64_Sym); ++j) {
      Elf64_Sym symbol;
      elf.read(section.sh_offset + j * sizeof symbol, symbol);
      if (symbol.st_shndx == SHN_UNDEF || symbol.st_name >= text.size())
        continue;
      std::string_view name = text.substr(symbol.st_name);
      name = name.substr(0, name.find('\0'));
      if (endsWith(name, "_program"))
        names.emplace_back(name);
    }
  }
  return names;
}

std::string checkedSymbol(const std::string &path) {
  MappedFile file = mapFile(path);
  Reader elf{file.bytes()};
  Elf64_Ehdr header;
  if (!elf.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_type != ET_DYN || header.e_phentsize != sizeof(Elf64_Phdr) ||
      header.e_shentsize != sizeof(Elf64_Shdr))
    throw Error(path + ": is no compiled library (.so)");
  if (header.e_machine != kMachine)
    throw Error(path + ": was compiled for another kind of machine");
  if (!elf.inside(header.e_shoff, uint64_t(header.e_shnum) * sizeof(Elf64_Shdr)) ||
      !elf.inside(header.e_phoff, uint64_t(header.e_phnum) * sizeof(Elf64_Phdr)))
    throw Error(path + ": is truncated");
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    elf.read(header.e_phoff + i * sizeof segment, segment);
    if (!elf.inside(segment.p_offset, segment.p_filesz))
      throw Error(path + ": is truncated");
  }
  std::vector<std::string> names = programSymbols(path, elf, header);
  for (auto &name : names)
    if (name == "tenon_program")
      return name;
  if (names.empty())
    throw Error(path + ": holds no Tenon program");
  if (names.size() > 1)
    throw Error(path + ": holds several programs (" + names[0] + ", " + names[1] + "), expected one");
  return names[0];
}
} // namespace

LoadedTable openLibrary(const std::string &path) {
  std::string symbol = checkedSymbol(path);
  std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  void *handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    throw Error(path + ": cannot be loaded: " + dlerror());
  std::shared_ptr<const void> owner(handle, [](void *library) { dlclose(library); });
  void *table = dlsym(handle, symbol.c_str());
  if (!table)
    throw Error(path + ": its symbol " + symbol + " cannot be found");
  return {static_cast<const tenon_program_table *>(table), std::move(owner)};
}

} // namespace tenon
