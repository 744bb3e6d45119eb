// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Zip.h"
#include <sys/stat.h>
#include <tenon/error.h>
#include <zip.h>

namespace tenon::files {

// Deflate's largest ratio: what an entry says its size is cannot be more than this many times its bytes in the file.
static constexpr uint64_t maxRatio = 1032;

// Weights hardly get smaller: what would grow more than this, to more than a few megabytes, is an attack.
static constexpr uint64_t usualRatio = 20, harmless = 32 << 20;

static zip_t *of(const std::shared_ptr<void> &archive) { return static_cast<zip_t *>(archive.get()); }

void ZipFile::fail(const std::string &message) const { throw Error(path + ": " + message); }

ZipFile::ZipFile(const std::string &given) : path(given) {
  int code = 0;
  zip_t *opened = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (!opened) {
    if (code == ZIP_ER_NOENT)
      fail("no such file");
    if (code == ZIP_ER_OPEN || code == ZIP_ER_READ)
      fail("cannot be read");
    if (code == ZIP_ER_MEMORY)
      fail("not enough memory to open it");
    fail("is no zip archive, or it is cut short");
  }
  archive = std::shared_ptr<void>(opened, [](void *handle) { zip_discard(static_cast<zip_t *>(handle)); });
}

bool ZipFile::has(const std::string &entry) const { return zip_name_locate(of(archive), entry.c_str(), 0) >= 0; }

Bytes ZipFile::read(const std::string &entry) const {
  zip_stat_t about;
  zip_stat_init(&about);
  struct stat file;
  if (zip_stat(of(archive), entry.c_str(), 0, &about) != 0)
    fail("holds no " + entry);
  constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((about.valid & needed) != needed || stat(path.c_str(), &file) != 0)
    fail("does not say how large its " + entry + " is");
  if (about.encryption_method != ZIP_EM_NONE)
    fail("its " + entry + " is encrypted");
  if (about.comp_method != ZIP_CM_STORE && about.comp_method != ZIP_CM_DEFLATE)
    fail("its " + entry + " is compressed in a way that is not supported; stored and deflated entries are");
  if (about.comp_size > uint64_t(file.st_size) || about.size / maxRatio > about.comp_size ||
      (about.comp_method == ZIP_CM_STORE && about.size != about.comp_size))
    fail("its " + entry + " cannot be as large as it says (" + std::to_string(about.size) + " bytes)");
  if (about.size > harmless && about.size / usualRatio > about.comp_size)
    fail("its " + entry + " would grow out of all proportion, to " + std::to_string(about.size) + " bytes");

  std::unique_ptr<zip_file_t, int (*)(zip_file_t *)> stream(zip_fopen(of(archive), entry.c_str(), 0), zip_fclose);
  if (!stream)
    fail("its " + entry + " cannot be read; the file is damaged");
  Bytes bytes{std::make_unique_for_overwrite<char[]>(about.size), about.size};
  uint64_t done = 0;
  while (done < about.size) {
    zip_int64_t count = zip_fread(stream.get(), bytes.data.get() + done, about.size - done);
    if (count <= 0)
      break;
    done += uint64_t(count);
  }
  // The checksum is compared where reading meets the entry's end.
  char beyond;
  if (done != about.size || zip_fread(stream.get(), &beyond, 1) != 0)
    fail("its " + entry + " is damaged or cut short");
  return bytes;
}

} // namespace tenon::files
