// SPDX-License-Identifier: Apache-2.0
#include <tenon/images.h>

#include "runtime/File.h"
#include "runtime/data/Fields.h"
#include "runtime/data/NumpyRandom.h"
#include "runtime/images/Image.h"

#include <tenon/error.h>
#include <tenon/samples.h>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace tenon::data {
namespace {
namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string &message) { throw Error("imagesFromFolder: " + message, Fault::Usage); }

/// Paths compare as Keras's sorted() compares them: byte by byte.
std::vector<fs::directory_entry> sortedEntries(const fs::path &folder) {
  std::error_code code;
  fs::directory_iterator begin(folder, code);
  if (code)
    throw Error(folder.string() + ": cannot be read: " + code.message());
  std::vector<fs::directory_entry> entries(begin, fs::directory_iterator());
  std::sort(entries.begin(), entries.end(), [](auto &a, auto &b) { return a.path().native() < b.path().native(); });
  return entries;
}

std::string lowerEnding(const fs::path &path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return ending;
}

/// The folders at and below `folder` in the order of their names, a folder's links once.
void collectFolders(const fs::path &folder, bool followLinks, std::vector<fs::path> &folders,
                    std::vector<fs::path> open) {
  fs::path real = fs::weakly_canonical(folder);
  if (std::find(open.begin(), open.end(), real) != open.end())
    throw Error(folder.string() + ": is a link to a folder that it lies in");
  open.push_back(real);
  folders.push_back(folder);
  for (auto &entry : sortedEntries(folder))
    if (entry.is_directory() && (followLinks || !entry.is_symlink()))
      collectFolders(entry.path(), followLinks, folders, open);
}

void collectImages(const fs::path &folder, bool followLinks, std::vector<std::string> &paths) {
  std::vector<fs::path> folders;
  collectFolders(folder, followLinks, folders, {});
  std::sort(folders.begin(), folders.end(), [](auto &a, auto &b) { return a.native() < b.native(); });
  for (auto &each : folders)
    for (auto &entry : sortedEntries(each)) {
      std::string ending = lowerEnding(entry.path());
      if (entry.is_directory())
        continue;
      if (ending == ".gif" || ending == ".bmp")
        throw Error(entry.path().string() + ": is not read, expected JPEG or PNG files; convert or remove it");
      if (ending == ".jpg" || ending == ".jpeg" || ending == ".png")
        paths.push_back(entry.path().string());
    }
}

struct Item {
  std::string path;
  int32_t label;
};

class FolderSamples : public Samples {
public:
  FolderSamples(std::vector<Item> items, int channels, int64_t classes, const ImageFolderOptions &options)
      : items_(std::move(items)), channels_(channels), classes_(classes), options_(options),
        interpolation_(images::interpolationOf(options.interpolation)) {}
  int64_t size() const override { return static_cast<int64_t>(items_.size()); }
  std::string nameOf(int64_t index) const override {
    return "sample " + std::to_string(index) + " (" + items_[static_cast<size_t>(index)].path + ")";
  }
  int workers() const override {
    return options_.workers > 0 ? options_.workers
                                : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }

  Dataset gather(std::span<const int64_t> indices) const override {
    auto [height, width] = options_.imageSize;
    auto count = static_cast<int64_t>(indices.size());
    Array x({count, height, width, channels_}, DType::F32);
    for (size_t i = 0; i < indices.size(); ++i) {
      const std::string &path = items_[static_cast<size_t>(indices[i])].path;
      images::Pixels pixels = images::decode(mapFile(path).bytes(), channels_, path);
      images::resize(pixels.bytes.data(), pixels.height, pixels.width, channels_,
                     x.data<float>() + static_cast<int64_t>(i) * height * width * channels_, height, width,
                     interpolation_);
    }
    return options_.labelMode == "none" ? Dataset(x) : Dataset(x, labels(indices));
  }

private:
  Array labels(std::span<const int64_t> indices) const {
    auto count = static_cast<int64_t>(indices.size());
    Array y = options_.labelMode == "int"      ? Array({count}, DType::I32)
              : options_.labelMode == "binary" ? Array({count, 1}, DType::F32)
                                               : Array({count, classes_}, DType::F32);
    for (int64_t i = 0; i < count; ++i) {
      int32_t label = items_[static_cast<size_t>(indices[static_cast<size_t>(i)])].label;
      if (options_.labelMode == "int")
        y.data<int32_t>()[i] = label;
      else if (options_.labelMode == "binary")
        y.data<float>()[i] = static_cast<float>(label);
      else
        y.data<float>()[i * classes_ + label] = 1;
    }
    return y;
  }

  std::vector<Item> items_;
  int channels_;
  int64_t classes_;
  ImageFolderOptions options_;
  images::Interpolation interpolation_;
};

int channelsOf(const std::string &colorMode) {
  if (colorMode == "grayscale")
    return 1;
  if (colorMode == "rgb")
    return 3;
  if (colorMode == "rgba")
    return 4;
  refuse("expected colorMode \"grayscale\", \"rgb\" or \"rgba\", received \"" + colorMode + "\"");
}

void check(const ImageFolderOptions &options) {
  const std::string &mode = options.labelMode;
  if (mode != "int" && mode != "categorical" && mode != "binary" && mode != "none")
    refuse("expected labelMode \"int\", \"categorical\", \"binary\" or \"none\", received \"" + mode + "\"");
  if (mode == "none" && !options.classNames.empty())
    refuse("classNames without labels (labelMode \"none\") mean nothing");
  auto [height, width] = options.imageSize;
  if (height < 1 || width < 1 || height > (int64_t(1) << 26) / width)
    refuse("expected imageSize of at least 1 x 1, received " + std::to_string(height) + " x " + std::to_string(width));
  if (!(options.validationSplit >= 0 && options.validationSplit < 1))
    refuse("expected validationSplit from 0 to below 1, received " + std::to_string(options.validationSplit));
  if ((options.validationSplit > 0) != !options.subset.empty())
    refuse("validationSplit and subset (\"training\" or \"validation\") go together");
  if (!options.subset.empty() && options.subset != "training" && options.subset != "validation")
    refuse("expected subset \"training\" or \"validation\", received \"" + options.subset + "\"");
}

/// The sub-folders, all sorted or those that were asked for.
std::vector<std::string> classesOf(const fs::path &root, const std::vector<std::string> &asked) {
  std::vector<std::string> found;
  for (auto &entry : sortedEntries(root))
    if (entry.is_directory() && entry.path().filename().native()[0] != '.')
      found.push_back(entry.path().filename().string());
  for (auto &name : asked)
    if (std::find(found.begin(), found.end(), name) == found.end())
      throw Error(root.string() + ": has no sub-folder '" + name + "' for a class, it has " + data::quotedList(found));
  return asked.empty() ? found : asked;
}
} // namespace

ImageFolder imagesFromFolder(const std::string &path, const ImageFolderOptions &options) {
  check(options);
  int channels = channelsOf(options.colorMode);
  const fs::path root = fs::path(path) / "";
  ImageFolder result;
  std::vector<Item> items;
  auto collect = [&](const fs::path &folder, int32_t label) {
    std::vector<std::string> paths;
    collectImages(folder, options.followLinks, paths);
    for (auto &each : paths)
      items.push_back({each, label});
  };
  if (options.labelMode == "none") {
    collect(fs::path(path), 0);
  } else {
    result.classNames = classesOf(root, options.classNames);
    for (size_t i = 0; i < result.classNames.size(); ++i)
      collect(root / result.classNames[i], static_cast<int32_t>(i));
    if (options.labelMode == "binary" && result.classNames.size() != 2)
      throw Error(path + ": has " + std::to_string(result.classNames.size()) +
                  " sub-folders for classes, labelMode \"binary\" needs 2");
  }
  if (options.shuffle)
    NumpyRandom(options.seed).shuffle(items);
  if (options.validationSplit > 0) {
    auto validation = static_cast<ptrdiff_t>(options.validationSplit * static_cast<double>(items.size()));
    if (options.subset == "training")
      items.erase(items.end() - validation, items.end());
    else
      items.erase(items.begin(), items.end() - validation);
  }
  if (items.empty())
    throw Error(path + ": holds no JPEG or PNG files" +
                (options.labelMode == "none" ? "" : " in sub-folders, one for each class") +
                (options.subset.empty() ? "" : " for " + options.subset));
  for (auto &item : items)
    result.filePaths.push_back(item.path);
  auto classes = static_cast<int64_t>(result.classNames.size());
  result.dataset = Dataset(
      std::shared_ptr<const Samples>(std::make_shared<FolderSamples>(std::move(items), channels, classes, options)));
  return result;
}

} // namespace tenon::data
