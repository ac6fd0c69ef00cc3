using Microsoft.ML.Avsr.Parity;

return ParityRunner.Run(args, Console.Out);
