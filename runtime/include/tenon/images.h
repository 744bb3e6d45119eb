// SPDX-License-Identifier: Apache-2.0
// Images from files. In a library of its own, libtenon-images, which alone needs libjpeg and libpng.
#ifndef TENON_IMAGES_H
#define TENON_IMAGES_H

#include <tenon/data.h>

#include <optional>
#include <utility>

namespace tenon::data {

/// The pixels of a JPEG or PNG file: float32 of shape (height, width, channels), values 0 to 255. `channels` is 1 (the
/// luma of colours), 3 (transparency is dropped) or 4 (without transparency 255). 16 bits per channel are cut to 8.
/// An Error names the file when it is neither, damaged, or of more than 2^26 pixels.
Array loadImage(const std::string &path, int channels = 3);
/// Bytes (uint8 as numbers 0 to 255, rounded and clipped) of shape (height, width, 1, 3 or 4) as a PNG file, under a
/// temporary name that is given up when writing fails.
void savePng(const std::string &path, const Array &image);

/// An image (height, width, channels), float32, in another size: "bilinear" between the four nearest pixel centres or
/// "nearest"; tf.image.resize's numbers (half-pixel centres, no antialiasing).
Array resize(const Array &image, int64_t height, int64_t width, const std::string &interpolation = "bilinear");

/// The arguments of Keras's image_dataset_from_directory.
struct ImageFolderOptions {
  /// "int": y is int32 (n,); "categorical": one-hot float32 (n, classes); "binary": 0 or 1, float32 (n, 1), of two
  /// classes; "none": no y, images anywhere below the folder.
  std::string labelMode = "int";
  std::vector<std::string> classNames = {}; ///< sub-folders to use, in the order of their labels; empty: all, sorted
  std::string colorMode = "rgb";            ///< "grayscale", "rgb" or "rgba"
  std::pair<int64_t, int64_t> imageSize = {256, 256}; ///< height and width
  bool shuffle = true;                    ///< the order that Keras's shuffle gives for this seed, before the split
  int64_t seed = 0;                       ///< 0 to 2^32 - 1
  double validationSplit = 0;             ///< the share of the images, from the end of that order, for validation
  std::string subset = {};                ///< with validationSplit: "training" or "validation"
  std::string interpolation = "bilinear"; ///< or "nearest"
  bool followLinks = false;               ///< into folders that are symbolic links
  int workers = 0;                        ///< threads that decode ahead of training; 0: one per core
};

/// Images of a folder, their classes and files.
struct ImageFolder {
  Dataset dataset; ///< x is float32 (n, height, width, channels), 0 to 255; decoded when needed, by workers
  std::vector<std::string> classNames;
  std::vector<std::string> filePaths; ///< of the samples, in their order
};
/// JPEG and PNG files of a folder with one sub-folder per class. An Error when there are none, or when options do not
/// fit; a file that cannot be read is reported with its path when its turn comes.
ImageFolder imagesFromFolder(const std::string &path, const ImageFolderOptions &options = {});

} // namespace tenon::data
#endif // TENON_IMAGES_H
