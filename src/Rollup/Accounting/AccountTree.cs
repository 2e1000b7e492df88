using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Accounting;

/// <summary>The state of the rollup: accounts and the sparse Merkle tree over them (protocol section 9). Immutable; safe to share.</summary>
public sealed class AccountTree
{
    private readonly ImmutableDictionary<Address, Account> _accounts;
    private readonly SparseMerkleTree _tree;

    private AccountTree(ImmutableDictionary<Address, Account> accounts, SparseMerkleTree tree) => (_accounts, _tree) = (accounts, tree);

    /// <summary>The state before the first batch; its root is zero.</summary>
    public static AccountTree Empty { get; } = new(ImmutableDictionary<Address, Account>.Empty, SparseMerkleTree.Empty);

    /// <summary>The state root.</summary>
    public Bytes32 Root => _tree.Root;

    /// <summary>Every account that took part, in no order.</summary>
    public IEnumerable<Account> Accounts => _accounts.Values;

    /// <summary>A tree of stored accounts.</summary>
    /// <exception cref="ArgumentException">An owner appears twice.</exception>
    public static AccountTree Load(IEnumerable<Account> accounts)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        AccountTree tree = Empty;
        foreach (Account account in accounts)
        {
            if (tree._accounts.ContainsKey(account.Owner))
                throw new ArgumentException($"Account {account.Owner} appears twice.", nameof(accounts));
            tree = tree.Set(account);
        }

        return tree;
    }

    /// <summary>The account of an owner; one of zeros if it never took part.</summary>
    public Account Get(Address owner) => _accounts.GetValueOrDefault(owner) ?? Account.New(owner);

    /// <summary>The tree with one account replaced.</summary>
    public AccountTree Set(Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        Bytes32 leaf = account.Leaf();
        var accounts = leaf.IsZero ? _accounts.Remove(account.Owner) : _accounts.SetItem(account.Owner, account);
        return new AccountTree(accounts, _tree.Set(account.Owner, leaf));
    }

    /// <summary>Proof of an owner's account, present or not.</summary>
    public SparseMerkleProof Prove(Address owner) => _tree.Prove(owner);

    /// <summary>Whether an account is in the state with this root.</summary>
    public static bool Verify(Bytes32 root, Account account, SparseMerkleProof proof)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(proof);
        return proof.ComputeRoot(account.Owner, account.Leaf()) == root;
    }
}
