TeeTee.Bench.Kernels.Hot.Run();
