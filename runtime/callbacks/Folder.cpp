// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Folder.h"
#include "runtime/File.h"

#include <tenon/error.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

namespace tenon::callbacks {

LockedFolder::LockedFolder(const std::string &path) : path_(path) {
  makeFolder(path);
  descriptor_ = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0)
    throw Error(path + ": cannot be opened: " + std::strerror(errno));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    int code = errno;
    close(descriptor_);
    throw Error(path + ": " + (code == EWOULDBLOCK ? "is in use by another training" : std::strerror(code)));
  }
}

LockedFolder::~LockedFolder() { close(descriptor_); }

void LockedFolder::fail(const std::string &name, const char *what) const {
  throw Error(file(name) + ": " + what + ": " + std::strerror(errno));
}

bool LockedFolder::has(const std::string &name) const { return faccessat(descriptor_, name.c_str(), F_OK, 0) == 0; }

void LockedFolder::link(const std::string &from, const std::string &to) {
  // By way of a third name, so that `to` is never missing.
  const std::string between = to + ".XXXXXX";
  unlinkat(descriptor_, between.c_str(), 0);
  if (linkat(descriptor_, from.c_str(), descriptor_, between.c_str(), 0) != 0)
    return rename(from, to);
  rename(between, to);
  remove(between); // renaming does nothing where both are names of one file already
}

void LockedFolder::rename(const std::string &from, const std::string &to) {
  if (renameat(descriptor_, from.c_str(), descriptor_, to.c_str()) != 0)
    fail(to, "cannot be replaced");
  fsync(descriptor_); // not every file system can sync a folder; the file itself is complete
}

void LockedFolder::remove(const std::string &name) {
  if (unlinkat(descriptor_, name.c_str(), 0) != 0 && errno != ENOENT)
    fail(name, "cannot be removed");
}

void LockedFolder::removeTemporaries(const std::string &name) {
  std::error_code error;
  for (auto &entry : std::filesystem::directory_iterator(path_, error))
    if (entry.path().filename().string().rfind(name + ".", 0) == 0)
      remove(entry.path().filename().string());
}

void LockedFolder::removeIfEmpty() { rmdir(path_.c_str()); }

} // namespace tenon::callbacks
