// SPDX-License-Identifier: Apache-2.0
// make_seeds <folder>: small valid files for the targets whose formats have none in the repository.
#include "runtime/Npy.h"
#include "runtime/Zip.h"
#include "tests/runtime/Helpers.h"
#include "tests/runtime/LinearProgram.h"

#include <tenon/container.h>
#include <tenon/images.h>
#include <tenon/npy.h>
#include <tenon/text.h>

#include <hdf5.h>
#include <zlib.h>

using namespace tenon;

namespace {
/// Data sets in every layout, and members and attributes in the older or the newer format.
void writeHdf5(const std::string &path, bool newer) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), type = H5Tcopy(H5T_C_S1), scalar = H5Screate(H5S_SCALAR);
  if (newer)
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access),
              group = H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Tset_size(type, H5T_VARIABLE);
  for (int i = 0; i < 12; ++i) {
    const std::string name = std::to_string(i), key = "text_" + name;
    const char *text = key.c_str();
    H5Gclose(H5Gcreate2(group, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    const hid_t attribute = H5Acreate2(file, key.c_str(), type, scalar, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, &text);
    H5Aclose(attribute);
  }
  const hsize_t dims[] = {5, 7}, chunk[] = {2, 7};
  const hid_t space = H5Screate_simple(2, dims, nullptr);
  const std::vector<float> values(35, 1.5f);
  for (int i = 0; i < 4 && !newer; ++i) { // compact, chunked, shuffled and deflated
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (i == 0)
      H5Pset_layout(creation, H5D_COMPACT);
    else
      H5Pset_chunk(creation, 2, chunk);
    if (i >= 2)
      H5Pset_shuffle(creation);
    if (i == 3)
      H5Pset_deflate(creation, 6);
    const hid_t made =
        H5Dcreate2(file, std::to_string(i).c_str(), H5T_IEEE_F32BE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Dwrite(made, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(made), H5Pclose(creation);
  }
  H5Sclose(space), H5Sclose(scalar), H5Tclose(type), H5Gclose(group), H5Fclose(file), H5Pclose(access);
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  auto file = [&](const std::string &target, const std::string &name) {
    const std::string folder = std::string(argv[1]) + "/" + target;
    std::filesystem::create_directories(folder);
    return folder + "/" + name;
  };
  const Array floats = Array::matrix({{1, 2.5f, -3}, {0, 1e30f, 4}}), words(std::vector<int32_t>{7, -8, 9}, {3}),
              bytes(std::vector<int8_t>{1, 0}, {2, 1}), steps(std::vector<int64_t>{int64_t(1) << 40}, Shape{1});
  npy::save(file("npy", "floats.npy"), floats);
  npy::save(file("npy", "words.npy"), words);
  npy::save(file("npy", "bytes.npy"), bytes);
  npy::save(file("npy", "steps.npy"), steps);
  npy::saveNpz(file("npz", "arrays.npz"), {{"x", floats}, {"y", words}});

  Container container;
  container.producer = "tenon";
  container.description = R"({"class_name": "Sequential", "config": {}})";
  container.variables = {{"dense/kernel", VariableKind::Weight, true, floats},
                         {"dense/bias", VariableKind::Weight, true, words},
                         {"iteration", VariableKind::Hyper, false, steps}};
  container.training = {{"epoch", "3"}, {"seed", "7"}};
  container.write(file("container", "model.tenon"));
  Container().write(file("container", "empty.tenon"));

  const test::LinearProgram program;
  test::writeFile(file("manifest", "linear"), {program.manifest.begin(), program.manifest.end()});

  const std::string table = "name,size,label\n\"a, b\",1.5,a\nx,-2e3,c\n", numbers = "1,2,0\r\n3.5,-4e2,1\n";
  test::writeFile(file("table", "table.csv"), table);
  test::writeFile(file("table", "numbers.csv"), numbers);
  gzFile packed = gzopen(file("table", "numbers.csv.gz").c_str(), "wb");
  gzwrite(packed, numbers.data(), static_cast<unsigned>(numbers.size()));
  gzclose(packed);

  data::Tokenizer tokenizer({.numWords = 5, .oovToken = "<oov>"});
  tokenizer.fitOnTexts({"The cat sat.", "The dog \xc3\xa9t\xc3\xa9."});
  tokenizer.save(file("text", "tokenizer.json"));

  const Array image(std::vector<float>(5 * 4 * 3, 100), {5, 4, 3});
  data::savePng(file("png", "rgb.png"), image);

  writeHdf5(file("hdf5", "older.h5"), false);
  writeHdf5(file("hdf5", "newer.h5"), true);

  // What lies inside of files: models' descriptions, and pickles without the .npy header in front of them.
  const std::filesystem::path tests = TENON_SOURCE_DIR "/tests";
  for (auto &entry : std::filesystem::directory_iterator(tests / "golden/files"))
    if (entry.path().extension() == ".keras")
      test::writeFile(file("keras_json", entry.path().stem().string() + ".json"),
                      std::string(ZipReader(entry.path()).read("config.json").bytes()));
  for (const char *name : {"imdb_2", "imdb_3", "imdb_4", "imdb_numpy"}) {
    const ZipReader zip((tests / "runtime/data" / name).string() + ".npz");
    const MappedFile array = zip.read("x_test.npy");
    test::writeFile(file("imdb", std::string(name) + ".pickle"),
                    std::string(array.bytes().substr(npy::readHeader(array.bytes(), name).size)));
  }
  return 0;
}
