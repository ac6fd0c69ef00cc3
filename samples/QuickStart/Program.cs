Console.WriteLine("Quick start");
