// SPDX-License-Identifier: Apache-2.0
// The files of known data sets, in their own formats. Nothing is downloaded: give the path.
#ifndef TENON_DATASETS_H
#define TENON_DATASETS_H

#include <tenon/data.h>

#include <optional>

namespace tenon::data {

/// The arguments of keras.datasets.imdb.load_data.
struct ImdbOptions {
  int64_t numWords = 0; ///< words of this number and above become oovChar; 0: the largest number there is
  int64_t skipTop = 0;  ///< words below this number become oovChar
  int64_t maxlen = 0;   ///< reviews of this length and above are left out; 0: none
  int64_t seed = 113;   ///< of the order
  std::optional<int64_t> startChar = 1; ///< begins every review
  std::optional<int64_t> oovChar = 2;   ///< without it such words are left out
  int64_t indexFrom = 3;                ///< added to every word's number
};
/// Texts as word numbers, and their classes.
struct Sequences {
  std::vector<std::vector<int32_t>> x; ///< see padSequences
  Array y;                             ///< int64 (n,)
};
struct Imdb {
  Sequences train, test;
};
/// imdb.npz (and reuters-like files with the same four arrays): reviews as lists of word numbers, in the order of
/// Keras's load_data. Of Python's pickle only lists of integers in a NumPy array are read; an Error says what else
/// there is.
Imdb loadImdb(const std::string &path, const ImdbOptions &options = {});

/// mnist.npz: training and test set, x float32 (n, 28, 28) from 0 to 255, y int32 (n,).
std::pair<Dataset, Dataset> loadMnist(const std::string &path);

/// An IDX file (of MNIST and its relatives), gzip-compressed or not, of any rank: bytes and 16-bit integers become
/// int32, doubles float32. An Error names the file when it is damaged or its size is not what its header says.
Array loadIdx(const std::string &path);
/// Images and labels in two IDX files: x float32 (n, ...), y int32 (n,).
Dataset fromIdx(const std::string &images, const std::string &labels);

} // namespace tenon::data
#endif // TENON_DATASETS_H
