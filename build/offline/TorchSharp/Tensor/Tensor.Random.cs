namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null)
        {
            Op.CallVoid(Aten.normal_, this, mean, std, generator);
            return this;
        }

        public Tensor uniform_(double from, double to, Generator? generator = null)
        {
            Op.CallVoid(Aten.uniform_, this, from, to, generator);
            return this;
        }

        public Tensor random_(double from, double to, Generator? generator = null)
        {
            Op.CallVoid(Aten.random__from, this, (long)from, (long)to, generator);
            return this;
        }

        public Tensor bernoulli(Generator? generator = null) => Op.Call(Aten.bernoulli, this, generator);

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null)
        {
            Op.CallVoid(Aten.bernoulli__float, this, p, generator);
            return this;
        }

        public Tensor bernoulli_(Tensor p, Generator? generator = null)
        {
            Op.CallVoid(Aten.bernoulli__Tensor, this, p, generator);
            return this;
        }

        public Tensor exponential_(double lambda = 1, Generator? generator = null)
        {
            Op.CallVoid(Aten.exponential_, this, lambda, generator);
            return this;
        }

        public Tensor cauchy_(double median = 0, double sigma = 1, Generator? generator = null)
        {
            Op.CallVoid(Aten.cauchy_, this, median, sigma, generator);
            return this;
        }

        public Tensor geometric_(double p, Generator? generator = null)
        {
            Op.CallVoid(Aten.geometric_, this, p, generator);
            return this;
        }

        public Tensor log_normal_(double mean = 0, double std = 1, Generator? generator = null)
        {
            Op.CallVoid(Aten.log_normal_, this, mean, std, generator);
            return this;
        }

        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) => Op.Call(Aten.multinomial, this, num_samples, replacement, generator);

        public Tensor poisson(Generator? generator = null) => Op.Call(Aten.poisson, this, generator);
    }
}
