using TeeTee.Bench.Kernels;

switch (args)
{
    case ["matrix", string blocks]:
        Hot.Run(int.Parse(blocks));
        break;
    case ["vectors", .. string[] only]:
        Vectors.Run(string.Join(' ', only));
        break;
    default:
        Console.Error.WriteLine("usage: matrix BLOCKS | vectors [PART OF A NAME]");
        return 2;
}
return 0;
