namespace TorchSharp;

/// <summary>
/// Each thread's stack of dispose scopes. Thread-static as in TorchSharp: no await or yield inside a scope.
/// </summary>
public class DisposeScopeManager
{
    [ThreadStatic] private static ThreadDisposeScopeStatistics? t_statistics;
    [ThreadStatic] private static DisposeScope? t_current;

    public static ThreadDisposeScopeStatistics Statistics => t_statistics ??= new ThreadDisposeScopeStatistics();

    internal static DisposeScope? Current => t_current;

    internal static DisposeScope Open() => t_current = new DisposeScope(t_current);

    /// <summary>Takes a scope off the stack, wherever in it the scope is.</summary>
    internal static void Close(DisposeScope scope)
    {
        if (ReferenceEquals(t_current, scope))
        {
            t_current = scope.OuterScope;
            return;
        }
        for (var inner = t_current; inner is not null; inner = inner.OuterScope)
        {
            if (ReferenceEquals(inner.OuterScope, scope))
            {
                inner.OuterScope = scope.OuterScope;
                return;
            }
        }
    }

    /// <summary>Registers a new tensor with the current scope, which it returns.</summary>
    internal static DisposeScope? Register(torch.Tensor tensor)
    {
        if (t_current is { } scope)
        {
            scope.Include(tensor);
            Statistics.CreatedInScopeCount++;
            return scope;
        }
        Statistics.CreatedOutsideScopeCount++;
        return null;
    }
}
