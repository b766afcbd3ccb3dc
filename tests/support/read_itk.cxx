/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what ITK itself reads in an HDF5 image: read_itk FILE. One component per line of numbers:
 * "type components", "size", "spacing", "origin", "directions", "mean sd". */
#include <cmath>
#include <cstdio>

#include <itkHDF5ImageIO.h>
#include <itkImageFileReader.h>
#include <itkVectorImage.h>

int
main(int argc, char **argv)
{
    typedef itk::VectorImage<double, 3> image_type;
    itk::HDF5ImageIO::Pointer io = itk::HDF5ImageIO::New();
    itk::ImageFileReader<image_type>::Pointer reader = itk::ImageFileReader<image_type>::New();

    if (argc != 2)
        return 2;
    try {
        reader->SetImageIO(io);
        reader->SetFileName(argv[1]);
        reader->Update();
    } catch (const itk::ExceptionObject &e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    image_type::Pointer image = reader->GetOutput();
    image_type::SizeType size = image->GetLargestPossibleRegion().GetSize();
    size_t components = image->GetNumberOfComponentsPerPixel();
    size_t n = size[0] * size[1] * size[2] * components;
    const double *x = image->GetBufferPointer();
    long double sum = 0, squares = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    sum /= n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - sum) * (x[i] - sum);
    std::printf("type %s %zu\n",
                itk::ImageIOBase::GetComponentTypeAsString(io->GetComponentType()).c_str(),
                components);
    std::printf("size %zu %zu %zu\n", size_t(size[0]), size_t(size[1]), size_t(size[2]));
    std::printf("spacing %g %g %g\n", image->GetSpacing()[0], image->GetSpacing()[1],
                image->GetSpacing()[2]);
    std::printf("origin %g %g %g\n", image->GetOrigin()[0], image->GetOrigin()[1],
                image->GetOrigin()[2]);
    std::printf("directions");
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            std::printf(" %.6f", image->GetDirection()(i, j));
    std::printf("\nmean %.6f sd %.6f\n", double(sum), double(std::sqrt(squares / n)));
    return 0;
}
