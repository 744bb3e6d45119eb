// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/Damage.h"
#include "tests/runtime/Helpers.h"

#include "runtime/images/Decode.h"

#include <tenon/images.h>
#include <tenon/npy.h>
#include <tenon/samples.h>

#include <cmath>
#include <sstream>

using namespace tenon;
using test::errorOf;

namespace {
const std::string kData = TENON_SOURCE_DIR "/tests/runtime/data/";

struct ImagesTest : testing::Test {
  test::TemporaryFolder folder;
  std::map<std::string, Array> keras = npy::loadNpz(kData + "images_keras.npz");

  std::vector<std::string> lines(const std::string &name) {
    const Array &bytes = keras.at(name);
    std::istringstream text(std::string(bytes.data<int8_t>(), bytes.data<int8_t>() + bytes.size()));
    std::vector<std::string> result;
    for (std::string line; std::getline(text, line);)
      result.push_back(kData + "images/" + line);
    return result;
  }
  static double farthest(const Array &a, const Array &b) {
    EXPECT_EQ(a.shape(), b.shape());
    double most = 0;
    for (int64_t i = 0; i < std::min(a.size(), b.size()); ++i)
      if (double difference = std::fabs(a.at(i) - b.at(i)); !(difference <= most))
        most = std::isnan(difference) ? INFINITY : difference;
    return most;
  }
};
} // namespace

TEST_F(ImagesTest, ResizeAsTensorFlowDoes) {
  for (auto interpolation : {"bilinear", "nearest"})
    for (auto [height, width] : {std::pair(5, 9), std::pair(20, 31)}) {
      std::string key = std::string(interpolation) + "_" + std::to_string(height) + "_" + std::to_string(width);
      EXPECT_LE(farthest(data::resize(keras.at("source"), height, width, interpolation), keras.at(key)), 1e-4) << key;
    }
  EXPECT_EQ(farthest(data::resize(keras.at("source"), 12, 16), keras.at("source")), 0);
  EXPECT_EQ(errorOf([&] { data::resize(keras.at("source"), 1, 1, "bicubic"); }),
            "expected interpolation \"bilinear\" or \"nearest\", received \"bicubic\"");
}

TEST_F(ImagesTest, AFolderIsKerasImageDatasetFromDirectory) {
  for (std::string mode : {"rgb", "grayscale"}) {
    auto images = data::imagesFromFolder(kData + "images", {.colorMode = mode, .imageSize = {7, 10}, .shuffle = false});
    EXPECT_EQ(images.filePaths, lines("files"));
    EXPECT_EQ(images.classNames, (std::vector<std::string>{"cats", "dogs"}));
    Dataset all = images.dataset.load();
    EXPECT_EQ(all.y(0).toVector<int32_t>(), keras.at("labels").toVector<int32_t>());
    for (int64_t i = 0; i < all.size(); ++i)
      EXPECT_LE(farthest(all.x(0).rows(i, i + 1), keras.at(mode).rows(i, i + 1)), 1e-3)
          << mode << " " << images.filePaths[size_t(i)];
  }
}

TEST_F(ImagesTest, ShuffleAndSplitLikeKeras) {
  data::ImageFolderOptions options{.imageSize = {7, 10}, .seed = 42, .validationSplit = 0.35, .subset = "training"};
  EXPECT_EQ(data::imagesFromFolder(kData + "images", options).filePaths, lines("training"));
  options.subset = "validation";
  EXPECT_EQ(data::imagesFromFolder(kData + "images", options).filePaths, lines("validation"));
}

TEST_F(ImagesTest, LabelsComeInFourModes) {
  auto y = [&](data::ImageFolderOptions options) {
    options.imageSize = {2, 2};
    options.shuffle = false;
    return data::imagesFromFolder(kData + "images", options).dataset.rows(3, 5).load().y();
  };
  EXPECT_EQ(y({})[0].toVector<int32_t>(), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(y({.labelMode = "categorical"})[0].toVector<float>(), (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(y({.labelMode = "binary"})[0].shape(), (Shape{2, 1}));
  EXPECT_TRUE(y({.labelMode = "none"}).empty());
  EXPECT_EQ(y({.classNames = {"dogs", "cats"}})[0].toVector<int32_t>(), (std::vector<int32_t>{0, 0}));
}

TEST_F(ImagesTest, ColoursAndTransparency) {
  Array alpha = data::loadImage(kData + "images/dogs/alpha.png", 4);
  EXPECT_EQ(alpha.shape(), (Shape{12, 16, 4}));
  EXPECT_EQ(farthest(data::loadImage(kData + "images/dogs/alpha.png", 3), keras.at("source")), 0);
  EXPECT_EQ(data::loadImage(kData + "images/cats/a.png", 4).at(3), 255);
  EXPECT_EQ(data::loadImage(kData + "images/cats/b.jpg", 4).at(3), 255);
  double difference = 0;
  Array cmyk = data::loadImage(kData + "cmyk.jpg"), source = keras.at("source");
  for (int64_t i = 0; i < source.size(); ++i)
    difference += std::fabs(cmyk.at(i) - source.at(i)) / double(source.size());
  EXPECT_LT(difference, 12) << "four colours are turned into three";
}

TEST_F(ImagesTest, WritesWhatItReads) {
  for (int64_t channels : {1, 3, 4}) {
    Array image({3, 5, channels}, DType::F32);
    for (int64_t i = 0; i < image.size(); ++i)
      image.data<float>()[i] = float(i * 37 % 256);
    data::savePng(folder.file("x.png"), image);
    EXPECT_EQ(farthest(data::loadImage(folder.file("x.png"), int(channels)), image), 0);
  }
  EXPECT_EQ(errorOf([&] { data::savePng("x.png", Array{1}); }),
            "x.png: expected an image of shape (height, width, 1, 3 or 4), received (1,)");
}

TEST_F(ImagesTest, SaysWhatIsWrong) {
  auto error = [&](data::ImageFolderOptions options) {
    return errorOf([&] { data::imagesFromFolder(kData + "images", options); });
  };
  EXPECT_EQ(
      error({.labelMode = "sparse"}),
      "imagesFromFolder: expected labelMode \"int\", \"categorical\", \"binary\" or \"none\", received \"sparse\"");
  EXPECT_EQ(error({.classNames = {"cows"}}),
            kData + "images/: has no sub-folder 'cows' for a class, it has 'cats', 'dogs'");
  EXPECT_EQ(error({.colorMode = "bgr"}),
            "imagesFromFolder: expected colorMode \"grayscale\", \"rgb\" or \"rgba\", received \"bgr\"");
  EXPECT_EQ(error({.imageSize = {0, 3}}), "imagesFromFolder: expected imageSize of at least 1 x 1, received 0 x 3");
  EXPECT_EQ(error({.validationSplit = 0.5}),
            "imagesFromFolder: validationSplit and subset (\"training\" or \"validation\") go together");
  EXPECT_EQ(error({.classNames = {"cats"}, .seed = -1}), "expected a seed from 0 to 4294967295, received -1");
  EXPECT_EQ(errorOf([&] { data::imagesFromFolder(folder.path.string()); }),
            folder.path.string() + ": holds no JPEG or PNG files in sub-folders, one for each class");
  EXPECT_EQ(errorOf([&] { data::imagesFromFolder(folder.file("none")); }),
            folder.file("none") + "/: cannot be read: No such file or directory");
  std::filesystem::create_directories(folder.path / "a");
  test::writeFile(folder.file("a/x.gif"), "GIF89a");
  EXPECT_EQ(errorOf([&] { data::imagesFromFolder(folder.path.string()); }),
            folder.file("a/x.gif") + ": is not read, expected JPEG or PNG files; convert or remove it");
  std::filesystem::remove(folder.file("a/x.gif"));
  std::filesystem::create_directory_symlink(folder.path, folder.path / "a/loop");
  EXPECT_EQ(errorOf([&] { data::imagesFromFolder(folder.path.string(), {.followLinks = true}); }),
            folder.file("a/loop/a") + ": is a link to a folder that it lies in");
}

TEST_F(ImagesTest, ABrokenImageIsNamedWhenItsTurnComes) {
  std::filesystem::create_directories(folder.path / "a");
  std::filesystem::copy_file(kData + "images/cats/a.png", folder.path / "a/good.png");
  test::writeFile(folder.file("a/text.jpg"), "hello");
  auto images = data::imagesFromFolder(folder.path.string(), {.imageSize = {4, 4}, .shuffle = false});
  EXPECT_EQ(images.dataset.rows(0, 1).load().size(), 1);
  EXPECT_EQ(errorOf([&] { images.dataset.load(); }), folder.file("a/text.jpg") + ": is neither a JPEG nor a PNG file");
}

TEST_F(ImagesTest, HugeImagesAreRefused) {
  // The header of a PNG file with another size, and its checksum.
  std::string png = test::readFile(kData + "images/cats/a.png");
  std::string header = std::string("IHDR") + std::string("\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\0", 13);
  uint32_t crc = 0xffffffff;
  for (unsigned char c : header) {
    crc ^= c;
    for (int i = 0; i < 8; ++i)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  crc = ~crc;
  png.replace(12, 17, header);
  for (int i = 0; i < 4; ++i)
    png[size_t(29 + i)] = char(crc >> (24 - 8 * i));
  test::writeFile(folder.file("x.png"), png);
  EXPECT_EQ(errorOf([&] { data::loadImage(folder.file("x.png")); }),
            folder.file("x.png") + ": is a damaged PNG file: " + std::to_string(png.size()) +
                " bytes cannot hold 65535 x 65535 pixels");
  std::string jpeg = test::readFile(kData + "images/cats/b.jpg");
  size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xfe\xff\xfe\xff");
  test::writeFile(folder.file("x.jpg"), jpeg);
  EXPECT_EQ(errorOf([&] { data::loadImage(folder.file("x.jpg")); }),
            folder.file("x.jpg") + ": is a damaged JPEG file: " + std::to_string(jpeg.size()) +
                " bytes cannot hold 65279 x 65279 pixels");
}

TEST_F(ImagesTest, DamageIsSaidOrHarmless) {
  for (std::string name : {"images/cats/a.png", "images/cats/palette.png", "images/dogs/sixteen.png"}) {
    Array right = data::loadImage(kData + name);
    std::string path = folder.file("x.png");
    test::sweepDamage(test::readFile(kData + name), path, /*allTruncationsFail=*/true, [&] {
      Array image = data::loadImage(path);
      ASSERT_TRUE(image.shape() == right.shape() && farthest(image, right) == 0) << "a wrong answer";
    });
  }
  // JPEG has no checksums: a flipped bit may be another image, but never a crash or a hang.
  for (std::string name : {"images/cats/b.jpg", "images/dogs/progressive.jpeg", "images/dogs/grey.JPEG", "cmyk.jpg"}) {
    std::string path = folder.file("x.jpg");
    test::sweepDamage(test::readFile(kData + name), path, /*allTruncationsFail=*/false, [&] { data::loadImage(path); });
  }
}
